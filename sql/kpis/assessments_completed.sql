SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    one_if(NOT is_of_adult) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('authorised on ', authorised_date) AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL
