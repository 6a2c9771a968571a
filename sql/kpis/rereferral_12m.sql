SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_rereferral AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, 'referred before on ' || referral_before, 'not referred before') AS reason
FROM warehouse.fct_referral
