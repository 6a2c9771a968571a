SELECT child.line
FROM rule_table.child AS child
CROSS JOIN rule_table.coverage
WHERE child.death_date NOT BETWEEN coverage.first_day AND coverage.last_day
