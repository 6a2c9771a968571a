SELECT enquiry.line
FROM rule_table.enquiry AS enquiry
INNER JOIN rule_table.referral AS referral ON enquiry.referral_id = referral.referral_id
WHERE enquiry.start_date < referral.referral_date
