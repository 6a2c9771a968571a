SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    referral.closure_reason IN ('RC8', 'RC9')
    AND EXISTS (
        SELECT 1 FROM rule_table.activity AS activities
        WHERE
            activities.referral_id = referral.referral_id
            AND activities.kind IN ('enquiry', 'conference', 'cin_plan', 'cp_plan')
    )
