SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    referral.closure_reason IN ('RC8', 'RC9')
    AND NOT EXISTS (
        SELECT 1 FROM rule_table.assessment AS assessments
        WHERE assessments.referral_id = referral.referral_id
    )
