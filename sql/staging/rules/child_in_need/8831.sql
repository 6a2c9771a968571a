SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    referral.is_no_further_action
    AND EXISTS (
        SELECT 1 FROM rule_table.activity AS activities
        WHERE
            activities.referral_id = referral.referral_id
            AND activities.kind IN ('assessment', 'enquiry', 'conference')
    )
