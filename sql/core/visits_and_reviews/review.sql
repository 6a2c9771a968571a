-- One row a recorded review of a child. A review that was called off was not held, nor was a conference recorded as not
-- quorate.
WITH care_periods AS (
    SELECT DISTINCT
        authority_code,
        care_period_id,
        child_id
    FROM core.care_episode
    WHERE care_period_id IS NOT NULL
)

SELECT
    'cin_review' AS kind,
    cin_reviews.authority_code,
    cin_reviews.review_id,
    cin_reviews.person_id AS child_id,
    cin_reviews.review_date,
    cin_reviews.review_due_date AS recorded_due_date,
    true AS is_held
FROM staging.local_cin_reviews AS cin_reviews
UNION ALL
SELECT
    'cp_review' AS kind,
    cp_reviews.authority_code,
    cp_reviews.cppr_cp_review_id AS review_id,
    cp_reviews.cppr_person_id AS child_id,
    cp_reviews.cppr_cp_review_date AS review_date,
    cp_reviews.cppr_cp_review_due AS recorded_due_date,
    coalesce(cp_reviews.cppr_cp_review_quorate, true) AS is_held
FROM staging.ssd_cp_reviews AS cp_reviews
ANTI JOIN core.subject_source AS chosen
    ON
        cp_reviews.authority_code = chosen.authority_code
        AND chosen.subject = 'child protection review'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    'cp_review' AS kind,
    cp_reviews.authority_code,
    cp_reviews.cp_review_key AS review_id,
    coalesce(same.known_as, cp_reviews.lachildid) AS child_id,
    cp_reviews.cpp_review_date AS review_date,
    cast(NULL AS DATE) AS recorded_due_date,
    true AS is_held
FROM staging.cin_census_cp_reviews AS cp_reviews
INNER JOIN core.subject_source AS chosen
    ON
        cp_reviews.authority_code = chosen.authority_code
        AND chosen.subject = 'child protection review'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON cp_reviews.authority_code = same.authority_code AND cp_reviews.lachildid = same.child_id
UNION ALL
SELECT
    'cla_review' AS kind,
    cla_reviews.authority_code,
    cla_reviews.clar_cla_review_id AS review_id,
    care_periods.child_id,
    cla_reviews.clar_cla_review_date AS review_date,
    cla_reviews.clar_cla_review_due_date AS recorded_due_date,
    NOT coalesce(cla_reviews.clar_cla_review_cancelled, false) AS is_held
FROM staging.ssd_cla_reviews AS cla_reviews
INNER JOIN care_periods
    ON
        cla_reviews.authority_code = care_periods.authority_code
        AND cla_reviews.clar_cla_id = care_periods.care_period_id
