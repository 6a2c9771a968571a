-- One row a period on a child in need plan.
SELECT
    plan.line,
    plan.lachildid AS child,
    plan.details_key AS referral_id,
    plan.cin_plan_start_date AS start_date,
    plan.cin_plan_end_date AS end_date
FROM usable.cin_census_cin_plans AS plan
