SELECT factor.line
FROM usable.cin_census_factors AS factor
WHERE factor.assessment_factors IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY factor.assessment_key, factor.assessment_factors ORDER BY factor.line) > 1
