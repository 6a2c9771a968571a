SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    notification_id AS record_key,
    cast(
        CASE
            WHEN coalesce(not_notifiable_because, no_clock_because) IS NULL THEN cast(is_in_time AS INTEGER)
        END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN coalesce(not_notifiable_because, no_clock_because) IS NULL THEN 1 END AS DECIMAL(18, 2))
        AS denominator,
    coalesce(not_notifiable_because, no_clock_because, concat(working_days, ' working days')) AS reason
FROM warehouse.fct_incident
WHERE reporting_month IS NOT NULL
