-- One row a child protection plan of a child.
SELECT
    plans.authority_code,
    plans.cppl_cp_plan_id AS plan_id,
    plans.cppl_person_id AS child_id,
    plans.cppl_cp_plan_start_date AS start_date,
    plans.cppl_cp_plan_end_date AS end_date,
    coalesce(plans.cppl_cp_plan_ola, false) AS is_of_another_authority
FROM staging.ssd_cp_plans AS plans
