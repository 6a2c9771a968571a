SELECT referral.line
FROM rule_table.referral AS referral
INNER JOIN rule_table.referral AS earlier ON referral.child = earlier.child
WHERE
    (earlier.referral_date, earlier.line) < (referral.referral_date, referral.line)
    AND referral.referral_date < earlier.closure_date
    AND referral.is_no_further_action IS NOT TRUE
    AND earlier.is_no_further_action IS NOT TRUE
GROUP BY referral.line
