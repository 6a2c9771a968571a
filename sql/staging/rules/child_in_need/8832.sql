SELECT plan.line
FROM rule_table.cp_plan AS plan
INNER JOIN rule_table.referral AS referral ON plan.referral_id = referral.referral_id
WHERE referral.is_no_further_action
