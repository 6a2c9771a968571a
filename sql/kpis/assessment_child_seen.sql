SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    cast(CASE WHEN NOT is_of_adult THEN cast(is_child_seen AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN NOT is_of_adult AND is_child_seen IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE WHEN is_child_seen THEN 'seen' ELSE 'not seen, or not recorded' END AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
