-- One row a child, with what is recorded of sex, ethnicity (in the five groups of the census of population) and
-- disability; the Standard Safeguarding Dataset goes first. Refused, not obtained, not read and blank are unknown.
-- grain: authority_code, child_id
WITH disabled AS (
    SELECT
        disabilities.authority_code,
        disabilities.disa_person_id AS child_id,
        bool_or(disabilities.disa_disability_code <> 'NONE') AS is_disabled
    FROM staging.ssd_disability AS disabilities
    GROUP BY disabilities.authority_code, disabilities.disa_person_id
    UNION ALL
    SELECT
        disabilities.authority_code,
        coalesce(same.known_as, disabilities.lachildid) AS child_id,
        bool_or(disabilities.disability <> 'NONE') AS is_disabled
    FROM staging.cin_census_disabilities AS disabilities
    LEFT JOIN core.same_child AS same
        ON disabilities.authority_code = same.authority_code AND disabilities.lachildid = same.child_id
    GROUP BY disabilities.authority_code, coalesce(same.known_as, disabilities.lachildid)
),

of_each_source AS (
    SELECT
        people.authority_code,
        people.pers_person_id AS child_id,
        people.pers_sex AS sex,
        people.pers_ethnicity AS ethnicity,
        1 AS position
    FROM staging.ssd_person AS people
    UNION ALL
    SELECT
        headers.authority_code,
        coalesce(same.known_as, headers.child) AS child_id,
        headers.sex,
        headers.ethnic AS ethnicity,
        2 AS position
    FROM staging.ssda903_header AS headers
    LEFT JOIN core.same_child AS same
        ON headers.authority_code = same.authority_code AND headers.child = same.child_id
    UNION ALL
    SELECT
        children.authority_code,
        coalesce(same.known_as, children.lachildid) AS child_id,
        coalesce(
            children.sex, CASE children.gender_current WHEN '1' THEN 'M' WHEN '2' THEN 'F' END
        ) AS sex,
        children.ethnicity,
        3 AS position
    FROM staging.cin_census_children AS children
    LEFT JOIN core.same_child AS same
        ON children.authority_code = same.authority_code AND children.lachildid = same.child_id
    UNION ALL
    SELECT
        authority_code,
        child_id,
        cast(NULL AS VARCHAR) AS sex,
        cast(NULL AS VARCHAR) AS ethnicity,
        4 AS position
    FROM disabled
),

united AS (
    SELECT
        authority_code,
        child_id,
        arg_min(sex, (position, sex)) FILTER (WHERE sex IN ('F', 'M')) AS sex,
        arg_min(ethnicity, (position, ethnicity)) FILTER (WHERE ethnicity IS NOT NULL) AS ethnicity
    FROM of_each_source
    GROUP BY authority_code, child_id
),

disability AS (
    SELECT
        authority_code,
        child_id,
        bool_or(is_disabled) AS is_disabled
    FROM disabled
    GROUP BY authority_code, child_id
)

SELECT
    united.authority_code,
    united.child_id,
    CASE united.sex WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' ELSE 'unknown' END AS sex,
    CASE
        WHEN starts_with(united.ethnicity, 'W') THEN 'white'
        WHEN starts_with(united.ethnicity, 'M') THEN 'mixed'
        WHEN united.ethnicity IN ('AIND', 'APKN', 'ABAN', 'AOTH', 'CHNE') THEN 'asian'
        WHEN united.ethnicity IN ('BCRB', 'BAFR', 'BOTH') THEN 'black'
        WHEN united.ethnicity = 'OOTH' THEN 'other'
        ELSE 'unknown'
    END AS ethnic_group,
    CASE disability.is_disabled WHEN true THEN 'disabled' WHEN false THEN 'not_disabled' ELSE 'unknown' END
        AS disability
FROM united
LEFT JOIN disability ON united.authority_code = disability.authority_code AND united.child_id = disability.child_id
