SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.referral AS referral ON plan.referral_id = referral.referral_id
WHERE plan.start_date < referral.referral_date
