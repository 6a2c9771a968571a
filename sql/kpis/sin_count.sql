-- Incidents are given for the whole authority: a team would identify a child.
SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    notification_id AS record_key,
    one_if(not_notifiable_because IS NULL) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(not_notifiable_because, concat('notified ', notified_date)) AS reason
FROM warehouse.fct_incident
WHERE reporting_month IS NOT NULL
