SELECT plan.line
FROM usable.ssd_cp_plans AS plan
WHERE plan.cppl_cp_plan_start_date = plan.cppl_cp_plan_end_date
