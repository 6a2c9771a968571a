SELECT plan.line
FROM rule_table.cp_plan AS plan
CROSS JOIN rule_table.coverage
WHERE coalesce(plan.start_date > coverage.last_day, true)
