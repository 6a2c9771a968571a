SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    CASE
        WHEN working_days <= 10 THEN 'to_10'
        WHEN working_days <= 20 THEN 'to_20'
        WHEN working_days <= 30 THEN 'to_30'
        WHEN working_days <= 40 THEN 'to_40'
        WHEN working_days <= 45 THEN 'to_45'
        WHEN working_days > 45 THEN 'over_45'
        ELSE 'unknown'
    END AS category,
    one_if(excluded_because IS NULL) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat(working_days, ' working days')) AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
