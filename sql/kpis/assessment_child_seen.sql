SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    one_or_zero(CASE WHEN NOT is_of_adult THEN is_child_seen END) AS numerator,
    one_if(NOT is_of_adult AND is_child_seen IS NOT NULL) AS denominator,
    CASE WHEN is_child_seen THEN 'seen' ELSE 'not seen, or not recorded' END AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
