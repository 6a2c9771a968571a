SELECT factor.line
FROM usable.cin_census_factors AS factor
WHERE
    factor.assessment_factors = '21'
    AND EXISTS (
        SELECT 1 FROM usable.cin_census_factors AS others
        WHERE others.assessment_key = factor.assessment_key AND others.assessment_factors <> '21'
    )
