SELECT assessment.line
FROM rule_table.assessment AS assessment
WHERE assessment.authorisation_date IS NULL AND assessment.referral_id IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY assessment.referral_id) > 1
