SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
WHERE block.fgdm_meeting_offer AND block.fgdm_meeting_fac IS NULL
