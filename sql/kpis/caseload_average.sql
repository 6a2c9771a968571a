SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    worker_id AS record_key,
    cast(cases AS DECIMAL(18, 2)) AS numerator,
    cast(full_time_equivalent AS DECIMAL(18, 2)) AS denominator,
    concat(cases, ' cases, ', full_time_equivalent, ' full-time equivalent') AS reason
FROM warehouse.fct_case_holder_month
WHERE is_social_worker
