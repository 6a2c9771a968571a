SELECT enquiry.line
FROM rule_table.s47_without_conference AS enquiry
WHERE enquiry.s47e_s47_end_date IS NULL AND enquiry.s47e_referral_id IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY enquiry.s47e_referral_id) > 1
