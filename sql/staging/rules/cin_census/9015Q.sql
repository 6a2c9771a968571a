SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
WHERE block.initial_pp_meeting_date IS NOT NULL AND block.review_meetings_count IS NULL
