SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    visit_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_seen_alone AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, CASE WHEN is_seen_alone THEN 'seen alone' ELSE 'not seen alone' END) AS reason
FROM warehouse.fct_plan_visit
