SELECT assessment.line
FROM rule_table.assessment AS assessment
INNER JOIN rule_table.referral AS referral ON assessment.referral_id = referral.referral_id
WHERE assessment.start_date < referral.referral_date
