SELECT plan.line
FROM usable.ssd_cin_plans AS plan
WHERE plan.cinp_cin_plan_end_date IS NULL
QUALIFY count(*) OVER (PARTITION BY plan.cinp_person_id) > 1
