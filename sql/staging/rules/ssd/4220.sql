SELECT child.line
FROM rule_table.child_in_need AS child
WHERE child.pers_ethnicity IS NULL
