SELECT referral.line
FROM rule_table.referral AS referral
INNER JOIN rule_table.referral AS later ON referral.child = later.child
WHERE
    referral.closure_date IS NULL
    AND referral.is_no_further_action IS NOT TRUE
    AND referral.referral_date < later.referral_date
GROUP BY referral.line
