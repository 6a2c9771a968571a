SELECT child.line
FROM rule_table.returned_child AS child
WHERE (child.birth_date IS NULL) = (child.expected_birth_date IS NULL)
