SELECT referral.line
FROM rule_table.referral AS referral
CROSS JOIN rule_table.coverage
WHERE coalesce(referral.referral_date > coverage.last_day, true)
