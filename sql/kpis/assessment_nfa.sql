SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    cast(CASE WHEN NOT is_of_adult THEN cast(has_no_further_action AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN NOT is_of_adult AND has_no_further_action IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE WHEN has_no_further_action THEN 'no further action' ELSE 'further action, or not recorded' END AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
