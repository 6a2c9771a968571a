-- One row a child in need plan of a child.
SELECT
    plans.authority_code,
    plans.cinp_cin_plan_id AS plan_id,
    plans.cinp_person_id AS child_id,
    plans.cinp_cin_plan_start_date AS start_date,
    plans.cinp_cin_plan_end_date AS end_date
FROM staging.ssd_cin_plans AS plans
