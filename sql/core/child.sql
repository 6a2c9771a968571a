-- One row a child, whichever sources hold it; the Standard Safeguarding Dataset's dates go first.
WITH listed AS (
    SELECT
        authority_code,
        child_unique_id AS child_id,
        date_of_birth AS birth_date,
        delivery_month
    FROM staging.annex_a_looked_after
    UNION ALL
    SELECT
        authority_code,
        child_unique_id AS child_id,
        date_of_birth AS birth_date,
        delivery_month
    FROM staging.annex_a_child_protection
),

told AS (
    SELECT
        people.authority_code,
        people.pers_person_id AS child_id,
        people.pers_dob AS birth_date,
        people.pers_expected_dob AS expected_birth_date,
        people.pers_death_date AS death_date,
        1 AS place
    FROM staging.ssd_person AS people
    UNION ALL
    SELECT
        headers.authority_code,
        coalesce(same.known_as, headers.child) AS child_id,
        headers.dob AS birth_date,
        cast(NULL AS DATE) AS expected_birth_date,
        cast(NULL AS DATE) AS death_date,
        2 AS place
    FROM staging.ssda903_header AS headers
    LEFT JOIN core.same_child AS same
        ON headers.authority_code = same.authority_code AND headers.child = same.child_id
    UNION ALL
    SELECT
        children.authority_code,
        coalesce(same.known_as, children.lachildid) AS child_id,
        children.person_birth_date AS birth_date,
        children.expected_person_birth_date AS expected_birth_date,
        children.person_death_date AS death_date,
        3 AS place
    FROM staging.cin_census_children AS children
    LEFT JOIN core.same_child AS same
        ON children.authority_code = same.authority_code AND children.lachildid = same.child_id
    UNION ALL
    SELECT
        listed.authority_code,
        coalesce(same.known_as, listed.child_id) AS child_id,
        arg_max(listed.birth_date, (listed.delivery_month, listed.birth_date)) AS birth_date,
        cast(NULL AS DATE) AS expected_birth_date,
        cast(NULL AS DATE) AS death_date,
        4 AS place
    FROM listed
    LEFT JOIN core.same_child AS same
        ON listed.authority_code = same.authority_code AND listed.child_id = same.child_id
    GROUP BY listed.authority_code, coalesce(same.known_as, listed.child_id)
)

SELECT
    authority_code,
    child_id,
    arg_min(birth_date, (place, birth_date)) AS birth_date,
    arg_min(expected_birth_date, (place, expected_birth_date)) AS expected_birth_date,
    arg_min(death_date, (place, death_date)) AS death_date
FROM told
GROUP BY authority_code, child_id
