SELECT enquiry.line
FROM usable.ssd_s47_enquiry AS enquiry
INNER JOIN usable.ssd_cin_episodes AS episode ON enquiry.s47e_referral_id = episode.cine_referral_id
WHERE enquiry.s47e_s47_start_date < episode.cine_referral_date
