SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    one_or_zero(CASE WHEN NOT is_of_adult THEN has_no_further_action END) AS numerator,
    one_if(NOT is_of_adult AND has_no_further_action IS NOT NULL) AS denominator,
    CASE WHEN has_no_further_action THEN 'no further action' ELSE 'further action, or not recorded' END AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
