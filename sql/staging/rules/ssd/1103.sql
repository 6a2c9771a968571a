SELECT assessment.line
FROM usable.ssd_cin_assessments AS assessment
INNER JOIN usable.ssd_cin_episodes AS episode ON assessment.cina_referral_id = episode.cine_referral_id
WHERE assessment.cina_assessment_start_date < episode.cine_referral_date
