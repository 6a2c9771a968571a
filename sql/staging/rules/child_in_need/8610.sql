SELECT referral.line
FROM rule_table.referral AS referral
WHERE NOT referral.is_no_further_action AND referral.primary_need IS NULL
