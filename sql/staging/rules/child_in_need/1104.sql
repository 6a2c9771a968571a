SELECT conference.line
FROM rule_table.conference AS conference
INNER JOIN rule_table.referral AS referral ON conference.referral_id = referral.referral_id
WHERE conference.conference_date < referral.referral_date
