SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(has_no_further_action AS INTEGER) END AS DECIMAL(18, 2))
        AS numerator,
    cast(CASE WHEN excluded_because IS NULL AND has_no_further_action IS NOT NULL THEN 1 END AS DECIMAL(18, 2))
        AS denominator,
    coalesce(
        excluded_because,
        CASE WHEN has_no_further_action THEN 'no further action' ELSE 'further action, or not recorded' END
    ) AS reason
FROM warehouse.fct_referral
