SELECT
    authority_code,
    end_team_code AS team_code,
    end_month AS reporting_month,
    child_id,
    plan_id AS record_key,
    one_or_zero(start_date + INTERVAL 3 MONTH > end_date) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('from ', start_date, ' to ', end_date) AS reason
FROM warehouse.fct_cp_plan
WHERE end_month IS NOT NULL
