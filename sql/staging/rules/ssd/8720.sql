SELECT plan.line
FROM usable.ssd_cp_plans AS plan
CROSS JOIN rule_table.delivery
WHERE coalesce(plan.cppl_cp_plan_start_date > delivery.extracted_by, true)
