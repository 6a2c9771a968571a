SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    visit_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_seen_alone END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, CASE WHEN is_seen_alone THEN 'seen alone' ELSE 'not seen alone' END) AS reason
FROM warehouse.fct_plan_visit
