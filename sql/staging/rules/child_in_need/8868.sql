SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    referral.closure_date IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.enquiry_without_conference AS enquiries
        WHERE enquiries.referral_id = referral.referral_id
    )
