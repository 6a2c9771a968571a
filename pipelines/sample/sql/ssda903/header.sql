-- One row a child with an episode in the collection year. Whether she is a mother is asked of girls, but for those in
-- short breaks; the mothers' children were born when they were sixteen.
WITH looked_after AS (
    SELECT
        episodes.child,
        bool_and(codes.is_short_break) AS has_short_breaks_only,
        max(coalesce(episodes.dec, months.month_end)) AS last_day
    FROM ssda903.episodes AS episodes
    CROSS JOIN council.month AS months
    LEFT JOIN reference.legal_status AS codes ON episodes.ls = codes.legal_status
    GROUP BY episodes.child
),

-- A care leaver is in the return too, whether or not looked after in the year.
children_in_return AS (
    SELECT
        child,
        has_short_breaks_only,
        last_day
    FROM looked_after
    UNION ALL
    SELECT
        leavers.child_id AS child,
        true AS has_short_breaks_only,
        months.month_end AS last_day
    FROM council.care_leaver AS leavers
    CROSS JOIN council.month AS months
    WHERE
        months.month_end = months.year_to
        AND leavers.child_id NOT IN (SELECT looked_after.child FROM looked_after)
),

headers AS (
    SELECT
        children.child_id,
        children.sex,
        children.date_of_birth,
        children.ethnicity,
        CASE
            WHEN children.sex = 'F' AND NOT children_in_return.has_short_breaks_only
                THEN children.is_mother AND children.date_of_birth + INTERVAL 16 YEAR <= children_in_return.last_day
        END AS is_mother
    FROM children_in_return
    INNER JOIN council.child AS children ON children_in_return.child = children.child_id
)

SELECT
    child_id AS child,
    sex,
    date_of_birth AS dob,
    ethnicity AS ethnic,
    cast(cast(is_mother AS INTEGER) AS VARCHAR) AS mother,
    CASE WHEN is_mother THEN cast(date_of_birth + INTERVAL 16 YEAR AS DATE) END AS mc_dob
FROM headers
