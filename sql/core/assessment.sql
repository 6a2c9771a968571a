-- One row a single (child and family) assessment of a child.
SELECT
    assessments.authority_code,
    assessments.cina_assessment_id AS assessment_id,
    assessments.cina_person_id AS child_id,
    assessments.cina_referral_id AS referral_id,
    assessments.cina_assessment_team AS team_code,
    assessments.cina_assessment_start_date AS start_date,
    assessments.cina_assessment_auth_date AS authorised_date
FROM staging.ssd_cin_assessments AS assessments
