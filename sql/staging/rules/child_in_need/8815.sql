SELECT referral.line
FROM rule_table.referral AS referral
WHERE referral.closure_date IS NULL AND referral.is_no_further_action IS NOT TRUE
QUALIFY count(*) OVER (PARTITION BY referral.child) > 1
