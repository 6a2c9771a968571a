SELECT child.line
FROM rule_table.returned_child AS child
WHERE child.ethnicity IS NULL
