SELECT child.line
FROM rule_table.returned_child AS child
WHERE
    NOT EXISTS (
        SELECT 1 FROM rule_table.referral AS referrals
        WHERE referrals.child = child.child
    )
