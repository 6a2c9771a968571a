SELECT
    authority_code,
    start_team_code AS team_code,
    start_month AS reporting_month,
    child_id,
    plan_id AS record_key,
    one_or_zero(earlier_plans > 0 OR coalesce(plans_before > 0, false)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('plans before: ', greatest(earlier_plans, coalesce(plans_before, 0))) AS reason
FROM warehouse.fct_cp_plan
