SELECT referral.line
FROM rule_table.referral AS referral
INNER JOIN rule_table.child AS child ON referral.child = child.child
WHERE referral.closure_reason = 'RC2' AND child.death_date IS NULL
