SELECT child.line
FROM rule_table.child AS child
CROSS JOIN rule_table.coverage
WHERE child.birth_date > coverage.last_day
