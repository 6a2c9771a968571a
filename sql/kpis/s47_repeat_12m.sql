SELECT
    authority_code,
    start_team_code AS team_code,
    start_month AS reporting_month,
    child_id,
    enquiry_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_repeat END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, 'another started on ' || start_before, 'none before') AS reason
FROM warehouse.fct_enquiry
WHERE start_month IS NOT NULL
