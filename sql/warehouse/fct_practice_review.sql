-- One row a local child safeguarding practice review that was decided on, and the last day on which it is published in
-- time.
-- grain: authority_code, review_id
WITH reviews AS (
    SELECT
        authority_code,
        review_id,
        decision_date,
        published_date,
        is_delay_agreed
    FROM core.incident_review
    WHERE review_type = 'lcspr' AND decision_date IS NOT NULL
),

timescales AS (
    SELECT
        authority_code,
        months
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'practice_review'
),

due AS (
    SELECT
        reviews.authority_code,
        reviews.review_id,
        reviews.decision_date,
        reviews.published_date,
        reviews.is_delay_agreed,
        cast(reviews.decision_date + to_months(cast(timescales.months AS INTEGER)) AS DATE) AS due_date
    FROM reviews
    INNER JOIN timescales ON reviews.authority_code = timescales.authority_code
)

SELECT
    authority_code,
    review_id,
    strftime(due_date, '%Y-%m') AS reporting_month,
    decision_date,
    published_date,
    due_date,
    coalesce(published_date <= due_date, false) AS is_in_time,
    CASE WHEN is_delay_agreed THEN 'delay agreed with the Panel' END AS excluded_because
FROM due
