SELECT child.line
FROM rule_table.child_in_need AS child
WHERE (child.pers_dob IS NULL) = (child.pers_expected_dob IS NULL)
