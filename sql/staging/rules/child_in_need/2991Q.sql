SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    EXISTS (
        SELECT 1 FROM rule_table.enquiry AS enquiries
        WHERE enquiries.referral_id = referral.referral_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM rule_table.assessment AS assessments
        WHERE assessments.referral_id = referral.referral_id
    )
