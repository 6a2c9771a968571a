SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    notification_id AS record_key,
    one_or_zero(CASE WHEN coalesce(not_notifiable_because, no_clock_because) IS NULL THEN is_in_time END) AS numerator,
    one_if(coalesce(not_notifiable_because, no_clock_because) IS NULL) AS denominator,
    coalesce(not_notifiable_because, no_clock_because, concat(working_days, ' working days')) AS reason
FROM warehouse.fct_incident
WHERE reporting_month IS NOT NULL
