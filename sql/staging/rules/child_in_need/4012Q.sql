SELECT plan.line
FROM rule_table.cin_plan AS plan
WHERE plan.start_date = plan.end_date
