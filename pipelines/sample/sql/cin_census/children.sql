-- One row a child with a case open in the collection year.
WITH listed AS (
    SELECT DISTINCT lachildid
    FROM cin_census.details
)

SELECT
    children.child_id AS lachildid,
    children.upn_unknown,
    children.date_of_birth AS person_birth_date,
    children.sex,
    children.ethnicity,
    CASE WHEN children.date_of_birth IS NULL THEN children.expected_date_of_birth END AS expected_person_birth_date,
    children.gender_code[2:] AS gender_current
FROM listed
INNER JOIN council.child AS children ON listed.lachildid = children.child_id
