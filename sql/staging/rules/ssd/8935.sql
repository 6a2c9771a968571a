SELECT plan.line
FROM usable.ssd_cp_plans AS plan
WHERE plan.cppl_cp_plan_end_date IS NULL AND plan.cppl_cp_plan_ola IS NOT TRUE
QUALIFY count(*) OVER (PARTITION BY plan.cppl_person_id) > 1
