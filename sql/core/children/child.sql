-- One row a child, whichever sources hold it; the Standard Safeguarding Dataset's dates go first. Nothing is owed to a
-- child from childhood_end on: the day of the death, or the 18th birthday.
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

of_each_source AS (
    SELECT
        people.authority_code,
        people.pers_person_id AS child_id,
        people.pers_dob AS birth_date,
        people.pers_expected_dob AS expected_birth_date,
        people.pers_death_date AS death_date,
        coalesce(list_contains(people.unread_columns, 'pers_dob'), false) AS is_birth_date_unread,
        1 AS position
    FROM staging.ssd_person AS people
    UNION ALL
    SELECT
        headers.authority_code,
        coalesce(same.known_as, headers.child) AS child_id,
        headers.dob AS birth_date,
        cast(NULL AS DATE) AS expected_birth_date,
        cast(NULL AS DATE) AS death_date,
        coalesce(list_contains(headers.unread_columns, 'dob'), false) AS is_birth_date_unread,
        2 AS position
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
        coalesce(list_contains(children.unread_columns, 'person_birth_date'), false) AS is_birth_date_unread,
        3 AS position
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
        false AS is_birth_date_unread,
        4 AS position
    FROM listed
    LEFT JOIN core.same_child AS same
        ON listed.authority_code = same.authority_code AND listed.child_id = same.child_id
    GROUP BY listed.authority_code, coalesce(same.known_as, listed.child_id)
),

united AS (
    SELECT
        authority_code,
        child_id,
        arg_min(birth_date, (position, birth_date)) AS birth_date,
        arg_min(expected_birth_date, (position, expected_birth_date)) AS expected_birth_date,
        arg_min(death_date, (position, death_date)) AS death_date,
        bool_or(is_birth_date_unread) AS is_birth_date_unread
    FROM of_each_source
    GROUP BY authority_code, child_id
)

SELECT
    authority_code,
    child_id,
    birth_date,
    expected_birth_date,
    death_date,
    birth_date IS NULL AND is_birth_date_unread AS is_birth_date_unread,
    least(death_date, birthday(birth_date, 18)) AS childhood_end
FROM united
