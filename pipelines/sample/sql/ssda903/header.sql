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

headers AS (
    SELECT
        children.child_id,
        children.sex,
        children.date_of_birth,
        children.ethnicity,
        CASE
            WHEN children.sex = 'F' AND NOT looked_after.has_short_breaks_only
                THEN children.is_mother AND children.date_of_birth + INTERVAL 16 YEAR <= looked_after.last_day
        END AS is_mother
    FROM looked_after
    INNER JOIN council.child AS children ON looked_after.child = children.child_id
)

SELECT
    child_id AS child,
    sex,
    date_of_birth AS dob,
    ethnicity AS ethnic,
    cast(cast(is_mother AS INTEGER) AS VARCHAR) AS mother,
    CASE WHEN is_mother THEN cast(date_of_birth + INTERVAL 16 YEAR AS DATE) END AS mc_dob
FROM headers
