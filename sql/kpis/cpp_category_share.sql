SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    coalesce(latest_category, 'unknown') AS category,
    cast(CASE WHEN excluded_because IS NULL AND NOT is_undecided THEN 1 END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL AND NOT is_undecided THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('latest category ', coalesce(latest_category, 'not recorded'))) AS reason
FROM warehouse.fct_child_on_plan_month
