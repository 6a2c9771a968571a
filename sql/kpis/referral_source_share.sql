SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    referral_id AS record_key,
    source_group AS category,
    one_if(excluded_because IS NULL) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat('by ', source_group)) AS reason
FROM warehouse.fct_referral
