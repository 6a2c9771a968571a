-- One row a factor that was found at the end of an assessment. The Standard Safeguarding Dataset keeps them in a text
-- that never leaves landing.
SELECT DISTINCT
    factors.authority_code,
    factors.assessment_key AS assessment_id,
    factors.assessment_factors AS factor_code
FROM staging.cin_census_factors AS factors
WHERE factors.assessment_factors IS NOT NULL
