SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    one_or_zero(is_in_date) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('next due ', due_date) AS reason
FROM warehouse.fct_baby_month
WHERE due_date IS NOT NULL
