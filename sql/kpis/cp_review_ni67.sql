SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    plan_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(unmet = 0 AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat(unmet, ' not in time')) AS reason
FROM warehouse.fct_plan_review_month
