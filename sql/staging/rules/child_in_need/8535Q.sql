SELECT child.line
FROM rule_table.child AS child
WHERE child.death_date < child.birth_date
