SELECT plan.line
FROM usable.ssd_cin_plans AS plan
CROSS JOIN rule_table.delivery
WHERE plan.cinp_cin_plan_end_date > delivery.extracted_by
