SELECT plan.line
FROM rule_table.cin_plan AS plan
CROSS JOIN rule_table.coverage
WHERE plan.end_date NOT BETWEEN coverage.first_day AND coverage.last_day
