SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
WHERE block.lbp_sent_date IS NOT NULL AND block.fgdm_meeting_offer IS NULL
