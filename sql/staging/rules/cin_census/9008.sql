SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
CROSS JOIN rule_table.coverage
WHERE block.initial_pp_meeting_date NOT BETWEEN coverage.first_day AND coverage.last_day
