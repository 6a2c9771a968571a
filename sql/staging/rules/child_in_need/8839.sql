SELECT enquiry.line
FROM rule_table.enquiry_without_conference AS enquiry
WHERE enquiry.end_date IS NULL AND enquiry.referral_id IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY enquiry.referral_id) > 1
