SELECT child.line
FROM rule_table.returned_child AS child
WHERE child.birth_date IS NULL AND child.expected_birth_date IS NOT NULL AND child.sex <> 'U'
