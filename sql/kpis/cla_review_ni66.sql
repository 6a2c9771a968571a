SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    spell_key AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN unmet = 0 END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, concat(unmet, ' not in time')) AS reason
FROM warehouse.fct_care_review_month
