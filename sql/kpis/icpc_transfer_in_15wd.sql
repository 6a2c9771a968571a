SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    conference_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_in_time END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat(working_days, ' working days')) AS reason
FROM warehouse.fct_transfer_in_conference
WHERE reporting_month IS NOT NULL
