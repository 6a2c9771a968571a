SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    placement_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_in_date AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, 'next due ' || due_date, 'no placement') AS reason
FROM warehouse.fct_placement_visit_month
