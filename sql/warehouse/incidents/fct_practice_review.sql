-- One row a local child safeguarding practice review that was decided on, and the last day on which it is published in
-- time.
-- grain: authority_code, review_id
SELECT
    reviews.authority_code,
    reviews.review_id,
    strftime(due_dates.due_date, '%Y-%m') AS reporting_month,
    reviews.decision_date,
    reviews.published_date,
    due_dates.due_date,
    coalesce(reviews.published_date <= due_dates.due_date, false) AS is_in_time,
    CASE WHEN reviews.is_delay_agreed THEN 'delay agreed with the Panel' END AS excluded_because
FROM core.incident_review AS reviews
LEFT JOIN warehouse.dim_timescale AS timescales
    ON
        reviews.authority_code = timescales.authority_code
        AND timescales.timescale_id = 'practice_review'
        AND reviews.decision_date >= timescales.from_date
        AND reviews.decision_date < timescales.until_date
LEFT JOIN warehouse.dim_due_date AS due_dates
    ON
        reviews.decision_date = due_dates.start_date
        AND timescales.length = due_dates.length
        AND timescales.unit = due_dates.unit
WHERE reviews.review_type = 'lcspr' AND reviews.decision_date IS NOT NULL
