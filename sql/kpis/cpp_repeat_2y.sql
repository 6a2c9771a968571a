SELECT
    authority_code,
    start_team_code AS team_code,
    start_month AS reporting_month,
    child_id,
    plan_id AS record_key,
    one_or_zero(coalesce(latest_end_before + INTERVAL 2 YEAR >= start_date, false)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat_ws(' ', 'last plan before ended', coalesce(cast(latest_end_before AS VARCHAR), 'never')) AS reason
FROM warehouse.fct_cp_plan
