SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    conference_id AS record_key,
    CASE
        WHEN working_days <= 10 THEN 'to_10'
        WHEN working_days <= 15 THEN 'to_15'
        WHEN working_days <= 20 THEN 'to_20'
        WHEN working_days > 20 THEN 'over_20'
        ELSE 'unknown'
    END AS category,
    one_if(excluded_because IS NULL) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat(working_days, ' working days')) AS reason
FROM warehouse.fct_initial_conference
WHERE reporting_month IS NOT NULL
