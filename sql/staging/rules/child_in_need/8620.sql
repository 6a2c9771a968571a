SELECT referral.line
FROM rule_table.referral AS referral
CROSS JOIN rule_table.coverage
WHERE referral.closure_date NOT BETWEEN coverage.first_day AND coverage.last_day
