SELECT referral.line
FROM rule_table.referral AS referral
WHERE referral.closure_date IS NOT NULL AND referral.closure_reason IS NULL
