SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    worker_id AS record_key,
    cast(
        CASE
            WHEN upper_bound IS NOT NULL THEN cast(cases > upper_bound * full_time_equivalent AS INTEGER)
        END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN upper_bound IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    concat(
        cases,
        ' cases, ',
        full_time_equivalent,
        ' full-time equivalent, ',
        coalesce('at most ' || upper_bound || ' agreed', 'no bound agreed')
    ) AS reason
FROM warehouse.fct_case_holder_month
WHERE is_social_worker
