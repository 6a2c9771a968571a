-- One row a source and review of a child looked after that was held, with what the child's part in it was.
WITH care_periods AS (
    SELECT DISTINCT
        authority_code,
        care_period_id,
        child_id
    FROM core.care_episode
    WHERE care_period_id IS NOT NULL
),

reviews AS (
    SELECT
        'ssd' AS source,
        reviews.authority_code,
        reviews.clar_cla_review_id AS review_id,
        care_periods.child_id,
        reviews.clar_cla_review_date AS review_date,
        reviews.clar_cla_review_participation AS participation_code
    FROM staging.ssd_cla_reviews AS reviews
    INNER JOIN care_periods
        ON
            reviews.authority_code = care_periods.authority_code
            AND reviews.clar_cla_id = care_periods.care_period_id
    WHERE NOT coalesce(reviews.clar_cla_review_cancelled, false)
    UNION ALL
    SELECT
        'ssda903' AS source,
        reviews.authority_code,
        cast(NULL AS UUID) AS review_id,
        coalesce(same.known_as, reviews.child) AS child_id,
        reviews.review AS review_date,
        reviews.review_code AS participation_code
    FROM staging.ssda903_reviews AS reviews
    LEFT JOIN core.same_child AS same
        ON reviews.authority_code = same.authority_code AND reviews.child = same.child_id
)

SELECT
    reviews.source,
    reviews.authority_code,
    reviews.child_id,
    coalesce(reviews.review_id, reviews.child_id) AS record_key,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    strftime(reviews.review_date, '%Y-%m') AS reporting_month,
    reviews.review_date,
    reviews.participation_code,
    CASE
        WHEN reviews.participation_code IS NULL THEN 'participation not recorded'
        WHEN reviews.participation_code = 'PN0' THEN 'under four'
    END AS excluded_because
FROM reviews
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        reviews.authority_code = child_teams.authority_code
        AND reviews.child_id = child_teams.child_id
        AND reviews.review_date >= child_teams.from_date
WHERE reviews.review_date <= $as_of
