-- One row an assessment.
SELECT
    assessment.line,
    assessment.cina_person_id AS child,
    assessment.cina_referral_id AS referral_id,
    assessment.cina_assessment_start_date AS start_date,
    assessment.cina_assessment_auth_date AS authorisation_date
FROM usable.ssd_cin_assessments AS assessment
