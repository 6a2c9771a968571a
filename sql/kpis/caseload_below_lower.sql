SELECT
    authority_code,
    team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    worker_id AS record_key,
    one_or_zero(cases < lower_bound * full_time_equivalent) AS numerator,
    one_if(lower_bound IS NOT NULL) AS denominator,
    concat(
        cases,
        ' cases, ',
        full_time_equivalent,
        ' full-time equivalent, ',
        coalesce('at least ' || lower_bound || ' agreed', 'no bound agreed')
    ) AS reason
FROM warehouse.fct_case_holder_month
WHERE is_social_worker
