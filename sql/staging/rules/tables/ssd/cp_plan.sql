-- One row a child protection plan.
SELECT
    plan.line,
    plan.cppl_person_id AS child,
    plan.cppl_referral_id AS referral_id,
    plan.cppl_cp_plan_id AS plan_id,
    plan.cppl_cp_plan_start_date AS start_date,
    plan.cppl_cp_plan_end_date AS end_date,
    plan.cppl_cp_plan_ola IS TRUE AS is_of_another_authority
FROM usable.ssd_cp_plans AS plan
