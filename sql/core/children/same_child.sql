-- One row a child's id under which a more preferred source knows nobody, and the id under which it knows the child, as
-- a pupil number shows. An id is of the same child in every source. A number of two children in one source shows
-- nothing, nor do numbers that lead to two children, or would make one child of two that any source holds as two.
-- grain: authority_code, child_id
WITH numbers AS (
    SELECT
        authority_code,
        1 AS position,
        link_person_id AS child_id,
        link_identifier_value AS upn
    FROM staging.ssd_linked_identifiers
    WHERE link_identifier_type = 'Unique Pupil Number'
    UNION ALL
    SELECT
        authority_code,
        2 AS position,
        lachildid AS child_id,
        unnest([upn, former_upn]) AS upn
    FROM staging.cin_census_children
    UNION ALL
    SELECT
        authority_code,
        3 AS position,
        child AS child_id,
        upn
    FROM staging.ssda903_header
),

held AS (
    SELECT
        authority_code,
        1 AS position,
        pers_person_id AS child_id
    FROM staging.ssd_person
    UNION ALL
    SELECT
        authority_code,
        2 AS position,
        lachildid AS child_id
    FROM staging.cin_census_children
    UNION ALL
    SELECT
        authority_code,
        3 AS position,
        child AS child_id
    FROM staging.ssda903_header
),

of_one_child AS (
    SELECT
        authority_code,
        position,
        upn,
        min(child_id) AS child_id
    FROM numbers
    WHERE upn IS NOT NULL
    GROUP BY authority_code, position, upn
    HAVING count(DISTINCT child_id) = 1
),

pairs AS (
    SELECT DISTINCT
        theirs.authority_code,
        theirs.child_id,
        ours.child_id AS known_as,
        ours.position
    FROM of_one_child AS theirs
    INNER JOIN of_one_child AS ours
        ON
            theirs.authority_code = ours.authority_code
            AND theirs.upn = ours.upn
            AND theirs.position > ours.position
            AND theirs.child_id <> ours.child_id
),

ids AS (
    SELECT
        authority_code,
        known_as,
        position,
        unnest([child_id, known_as]) AS child_id
    FROM pairs
),

held_as_two AS (
    SELECT
        ids.authority_code,
        ids.known_as,
        ids.position
    FROM ids
    INNER JOIN held ON ids.authority_code = held.authority_code AND ids.child_id = held.child_id
    GROUP BY ids.authority_code, ids.known_as, ids.position, held.position
    HAVING count(DISTINCT ids.child_id) > 1
),

of_one_other AS (
    SELECT
        authority_code,
        child_id,
        position,
        min(known_as) AS known_as
    FROM pairs
    GROUP BY authority_code, child_id, position
    HAVING count(DISTINCT known_as) = 1
),

most_preferred AS (
    SELECT
        others.authority_code,
        others.child_id,
        arg_min(others.known_as, others.position) AS known_as
    FROM of_one_other AS others
    ANTI JOIN held_as_two
        ON
            others.authority_code = held_as_two.authority_code
            AND others.known_as = held_as_two.known_as
            AND others.position = held_as_two.position
    GROUP BY others.authority_code, others.child_id
),

united AS (
    SELECT
        first_step.authority_code,
        first_step.child_id,
        coalesce(second_step.known_as, first_step.known_as) AS known_as
    FROM most_preferred AS first_step
    LEFT JOIN most_preferred AS second_step
        ON
            first_step.authority_code = second_step.authority_code
            AND first_step.known_as = second_step.child_id
),

members AS (
    SELECT
        authority_code,
        known_as,
        unnest([child_id, known_as]) AS child_id
    FROM united
),

too_many AS (
    SELECT
        members.authority_code,
        members.known_as
    FROM members
    INNER JOIN held ON members.authority_code = held.authority_code AND members.child_id = held.child_id
    GROUP BY members.authority_code, members.known_as, held.position
    HAVING count(DISTINCT members.child_id) > 1
)

SELECT
    united.authority_code,
    united.child_id,
    united.known_as
FROM united
ANTI JOIN too_many ON united.authority_code = too_many.authority_code AND united.known_as = too_many.known_as
