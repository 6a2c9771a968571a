SELECT child.line
FROM usable.cin_census_children AS child
WHERE
    child.upn_unknown = 'UN7'
    AND EXISTS (
        SELECT 1 FROM rule_table.referral AS referrals
        WHERE referrals.child = child.lachildid AND NOT referrals.is_no_further_action
    )
