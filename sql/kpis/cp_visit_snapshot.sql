SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    plan_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_in_date END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat('next due ', due_date)) AS reason
FROM warehouse.fct_plan_visit_month
