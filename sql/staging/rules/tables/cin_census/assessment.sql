-- One row an assessment.
SELECT
    assessment.line,
    assessment.lachildid AS child,
    assessment.details_key AS referral_id,
    assessment.assessment_actual_start_date AS start_date,
    assessment.assessment_authorisation_date AS authorisation_date
FROM usable.cin_census_assessments AS assessment
