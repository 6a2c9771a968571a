-- One row a child, kind and day on which something was held that keeps an obligation. A visit counts that the child was
-- seen at: in person, or by video or telephone while that was lawful.
WITH visits AS (
    SELECT
        visits.kind,
        visits.authority_code,
        visits.child_id,
        visits.visit_date AS event_date,
        visits.visit_id AS event_id
    FROM core.visit AS visits
    LEFT JOIN reference.remote_visit_period AS remote_periods
        ON
            visits.kind = remote_periods.kind
            AND visits.visit_date BETWEEN remote_periods.from_date AND remote_periods.to_date
    WHERE visits.is_seen AND visits.kind <> 'cin_visit' AND (visits.is_in_person OR remote_periods.kind IS NOT NULL)
),

events AS (
    SELECT
        kind,
        authority_code,
        child_id,
        event_date,
        event_id
    FROM visits
    UNION ALL
    SELECT
        kind,
        authority_code,
        child_id,
        review_date AS event_date,
        review_id AS event_id
    FROM core.review
    WHERE is_held
)

SELECT
    kind,
    authority_code,
    child_id,
    event_date,
    min(event_id) AS event_id
FROM events
WHERE event_date IS NOT NULL
GROUP BY kind, authority_code, child_id, event_date
