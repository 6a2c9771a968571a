SELECT plan.line
FROM rule_table.cp_plan AS plan
WHERE plan.end_date IS NULL AND NOT plan.is_of_another_authority
QUALIFY count(*) OVER (PARTITION BY plan.child) > 1
