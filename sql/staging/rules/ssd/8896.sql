SELECT assessment.line
FROM usable.ssd_cin_assessments AS assessment
WHERE assessment.cina_assessment_auth_date IS NULL AND assessment.cina_referral_id IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY assessment.cina_referral_id) > 1
