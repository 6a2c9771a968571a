SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    one_if(excluded_because IS NULL) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('referred on ', referral_date)) AS reason
FROM warehouse.fct_referral
