SELECT block.line
FROM usable.cin_census_pre_proceedings AS block
CROSS JOIN rule_table.coverage
WHERE
    block.step_decision_date NOT BETWEEN coverage.first_day AND coverage.last_day
    OR block.step_decision_date < block.pp_start_date
