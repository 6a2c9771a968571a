SELECT factor.line
FROM usable.cin_census_factors AS factor
WHERE factor.assessment_factors = '18A'
