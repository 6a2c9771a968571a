-- One row a disability of a child in the return, or NONE.
SELECT
    disabilities.disa_person_id AS lachildid,
    disabilities.disa_table_id AS disability_key,
    disabilities.disa_disability_code AS disability
FROM export.ssd_disability AS disabilities
INNER JOIN cin_census.children AS children ON disabilities.disa_person_id = children.lachildid
