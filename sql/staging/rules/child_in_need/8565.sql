SELECT referral.line
FROM rule_table.referral AS referral
WHERE EXISTS (
    SELECT 1 FROM rule_table.activity AS activities
    WHERE activities.referral_id = referral.referral_id AND activities.last_day > referral.closure_date
)
