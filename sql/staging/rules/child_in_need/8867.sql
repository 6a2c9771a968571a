SELECT referral.line
FROM rule_table.referral AS referral
WHERE
    referral.closure_date IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.assessment AS assessments
        WHERE assessments.referral_id = referral.referral_id AND assessments.authorisation_date IS NULL
    )
