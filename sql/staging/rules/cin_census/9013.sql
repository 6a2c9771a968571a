SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
CROSS JOIN rule_table.coverage
WHERE
    block.letter_init_cp_date NOT BETWEEN coverage.first_day AND coverage.last_day
    OR block.letter_init_cp_date < block.court_app_date
