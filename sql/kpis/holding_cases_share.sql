SELECT
    authority_code,
    'unallocated' AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    worker_id AS record_key,
    one_or_zero(cases > 0) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat(cases, ' cases') AS reason
FROM core.census_worker
