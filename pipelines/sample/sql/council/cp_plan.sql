-- One row a child protection plan of this authority's own.
SELECT
    cppl_cp_plan_id AS plan_id,
    cppl_referral_id AS referral_id,
    cppl_person_id AS child_id,
    cppl_cp_plan_start_date AS start_date,
    cppl_cp_plan_end_date AS end_date,
    cppl_cp_plan_initial_category AS initial_category,
    cppl_cp_plan_latest_category AS latest_category,
    row_number() OVER (PARTITION BY cppl_person_id ORDER BY cppl_cp_plan_start_date, cppl_cp_plan_id) - 1
        AS previous_plans
FROM export.ssd_cp_plans
WHERE NOT cppl_cp_plan_ola
