-- One row a child of the return.
SELECT
    child.line,
    child.child,
    child.sex,
    child.ethnicity,
    child.birth_date,
    child.expected_birth_date,
    child.has_no_known_upn,
    child.expected_birth_date AS expected_date_returned
FROM rule_table.child AS child
