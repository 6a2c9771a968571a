SELECT child.line
FROM rule_table.returned_child AS child
WHERE child.sex IS NULL
