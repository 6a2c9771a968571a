WITH only_assessments AS (
    SELECT assessments.details_key
    FROM usable.cin_census_assessments AS assessments
    GROUP BY assessments.details_key
    HAVING count(*) = 1
)

SELECT assessment.line
FROM usable.cin_census_assessments AS assessment
INNER JOIN only_assessments ON assessment.details_key = only_assessments.details_key
INNER JOIN rule_table.referral AS referral ON assessment.details_key = referral.referral_id
WHERE
    assessment.assessment_authorisation_date IS NOT NULL
    AND referral.closure_reason NOT IN ('RC8', 'RC9')
    AND EXISTS (
        SELECT 1 FROM usable.cin_census_factors AS factors
        WHERE factors.assessment_key = assessment.assessment_key AND factors.assessment_factors = '21'
    )
