SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    conference_id AS record_key,
    cast(cast(led_to_plan AS INTEGER) AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN led_to_plan IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE WHEN led_to_plan THEN 'to a plan' ELSE 'to no plan, or not recorded' END AS reason
FROM warehouse.fct_conference_held
