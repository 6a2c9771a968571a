-- One row a child in need plan.
SELECT
    plan.line,
    plan.cinp_person_id AS child,
    plan.cinp_referral_id AS referral_id,
    plan.cinp_cin_plan_start_date AS start_date,
    plan.cinp_cin_plan_end_date AS end_date
FROM usable.ssd_cin_plans AS plan
