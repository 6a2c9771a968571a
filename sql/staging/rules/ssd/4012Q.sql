SELECT plan.line
FROM usable.ssd_cin_plans AS plan
WHERE plan.cinp_cin_plan_start_date = plan.cinp_cin_plan_end_date
