SELECT assessment.line
FROM usable.cin_census_assessments AS assessment
WHERE
    assessment.assessment_authorisation_date IS NULL
    AND EXISTS (
        SELECT 1 FROM usable.cin_census_factors AS factors
        WHERE factors.assessment_key = assessment.assessment_key
    )
