SELECT
    authority_code,
    start_team_code AS team_code,
    start_month AS reporting_month,
    child_id,
    enquiry_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_repeat AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, 'another started on ' || start_before, 'none before') AS reason
FROM warehouse.fct_enquiry
WHERE start_month IS NOT NULL
