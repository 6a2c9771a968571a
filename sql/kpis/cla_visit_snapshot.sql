SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    placement_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_in_date END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, 'next due ' || due_date, 'no placement') AS reason
FROM warehouse.fct_placement_visit_month
