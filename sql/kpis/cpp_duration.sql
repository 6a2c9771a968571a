-- A plan that is still open is given for each month's end at which it is, and counts in none.
SELECT
    authority_code,
    end_team_code AS team_code,
    end_month AS reporting_month,
    child_id,
    plan_id AS record_key,
    cast(days AS DECIMAL(18, 2)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('from ', start_date, ' to ', end_date) AS reason,
    false AS is_open
FROM warehouse.fct_cp_plan
WHERE end_month IS NOT NULL
UNION ALL
SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    plan_id AS record_key,
    cast(NULL AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('from ', start_date, ', open at the month''s end') AS reason,
    true AS is_open
FROM warehouse.fct_child_on_plan_month
WHERE excluded_because IS NULL AND NOT is_undecided
