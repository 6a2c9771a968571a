SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    plan_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_in_date AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('next due ', due_date)) AS reason
FROM warehouse.fct_plan_visit_month
