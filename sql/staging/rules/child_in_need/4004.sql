SELECT plan.line
FROM rule_table.cin_plan AS plan
WHERE plan.end_date IS NULL
QUALIFY count(*) OVER (PARTITION BY plan.child) > 1
