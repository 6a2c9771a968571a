SELECT plan.line
FROM usable.ssd_cin_plans AS plan
CROSS JOIN rule_table.delivery
WHERE coalesce(plan.cinp_cin_plan_start_date > delivery.extracted_by, true)
