SELECT referral.line
FROM rule_table.referral AS referral
INNER JOIN rule_table.child AS child ON referral.child = child.child
CROSS JOIN rule_table.delivery
WHERE child.birth_date + INTERVAL 25 YEAR < coalesce(referral.closure_date, delivery.month_end)
