SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    review_due_month AS reporting_month,
    cast(NULL AS UUID) AS child_id,
    notification_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_reviewed_in_time END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat_ws(', ', 'due ' || review_due_date, 'sent ' || review_sent_date))
        AS reason
FROM warehouse.fct_incident
WHERE review_due_month IS NOT NULL
