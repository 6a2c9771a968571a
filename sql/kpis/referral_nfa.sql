SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN has_no_further_action END) AS numerator,
    one_if(excluded_because IS NULL AND has_no_further_action IS NOT NULL) AS denominator,
    coalesce(
        excluded_because,
        CASE WHEN has_no_further_action THEN 'no further action' ELSE 'further action, or not recorded' END
    ) AS reason
FROM warehouse.fct_referral
