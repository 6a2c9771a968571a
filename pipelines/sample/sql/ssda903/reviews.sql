-- One row a review held in the collection year of a child who is in the return.
WITH care_periods AS (
    SELECT DISTINCT
        clae_cla_id AS care_period_id,
        clae_person_id AS child_id
    FROM export.ssd_cla_episodes
)

SELECT
    header.child,
    header.dob,
    reviews.clar_cla_review_date AS review,
    reviews.clar_cla_review_participation AS review_code
FROM export.ssd_cla_reviews AS reviews
CROSS JOIN council.month AS months
INNER JOIN care_periods ON reviews.clar_cla_id = care_periods.care_period_id
INNER JOIN ssda903.header AS header ON care_periods.child_id = header.child
WHERE NOT reviews.clar_cla_review_cancelled AND reviews.clar_cla_review_date >= months.year_from
