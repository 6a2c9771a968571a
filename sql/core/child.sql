-- One row a child, whichever sources hold it; the Standard Safeguarding Dataset's date of birth goes first.
WITH told AS (
    SELECT
        people.authority_code,
        people.pers_person_id AS child_id,
        people.pers_dob AS birth_date,
        1 AS place
    FROM staging.ssd_person AS people
    UNION ALL
    SELECT
        headers.authority_code,
        headers.child AS child_id,
        headers.dob AS birth_date,
        2 AS place
    FROM staging.ssda903_header AS headers
)

SELECT
    authority_code,
    child_id,
    arg_min(birth_date, place) AS birth_date
FROM told
GROUP BY authority_code, child_id
