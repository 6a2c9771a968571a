SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN is_rereferral END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, 'referred before on ' || referral_before, 'not referred before') AS reason
FROM warehouse.fct_referral
