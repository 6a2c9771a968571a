-- An assessment counts once in what each factor is a share of, and once in each of its factors.
SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    cast(NULL AS VARCHAR) AS category,
    cast(NULL AS DECIMAL(18, 2)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('authorised on ', authorised_date) AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL AND NOT is_of_adult
UNION ALL
SELECT
    assessments.authority_code,
    assessments.team_code,
    assessments.reporting_month,
    assessments.child_id,
    assessments.assessment_id AS record_key,
    coalesce(factors.factor_code, 'none') AS category,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('factor ', coalesce(factors.factor_code, 'none')) AS reason
FROM warehouse.fct_assessment AS assessments
LEFT JOIN core.assessment_factor AS factors USING (authority_code, assessment_id)
WHERE assessments.reporting_month IS NOT NULL AND NOT assessments.is_of_adult
