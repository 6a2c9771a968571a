SELECT plan.line
FROM usable.ssd_cp_plans AS plan
CROSS JOIN rule_table.delivery
WHERE plan.cppl_cp_plan_end_date > delivery.extracted_by
