SELECT referral.line
FROM rule_table.referral AS referral
INNER JOIN rule_table.child AS child ON referral.child = child.child
WHERE referral.referral_date < coalesce(child.birth_date, child.expected_birth_date) - 280
