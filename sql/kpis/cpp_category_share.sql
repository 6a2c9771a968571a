SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    coalesce(latest_category, 'unknown') AS category,
    one_if(excluded_because IS NULL AND NOT is_undecided) AS numerator,
    one_if(excluded_because IS NULL AND NOT is_undecided) AS denominator,
    coalesce(excluded_because, concat('latest category ', coalesce(latest_category, 'not recorded'))) AS reason
FROM warehouse.fct_child_on_plan_month
