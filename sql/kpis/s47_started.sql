SELECT
    authority_code,
    start_team_code AS team_code,
    start_month AS reporting_month,
    child_id,
    enquiry_id AS record_key,
    one_if(excluded_because IS NULL) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('started on ', start_date)) AS reason
FROM warehouse.fct_enquiry
WHERE start_month IS NOT NULL
