-- One row a disability of a child.
SELECT
    disability.line,
    disability.disa_person_id AS child,
    disability.disa_disability_code AS disability
FROM usable.ssd_disability AS disability
