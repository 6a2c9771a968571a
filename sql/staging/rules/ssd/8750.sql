SELECT child.line
FROM rule_table.child_in_need AS child
WHERE child.pers_dob IS NULL AND child.pers_expected_dob IS NOT NULL AND child.pers_sex <> 'U'
