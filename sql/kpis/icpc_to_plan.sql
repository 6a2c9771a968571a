SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    conference_id AS record_key,
    one_or_zero(led_to_plan) AS numerator,
    one_if(led_to_plan IS NOT NULL) AS denominator,
    CASE WHEN led_to_plan THEN 'to a plan' ELSE 'to no plan, or not recorded' END AS reason
FROM warehouse.fct_conference_held
