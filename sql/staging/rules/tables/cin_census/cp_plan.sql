-- One row a child protection plan: the census holds the authority's own.
SELECT
    plan.line,
    plan.lachildid AS child,
    plan.details_key AS referral_id,
    plan.cp_plan_key AS plan_id,
    plan.cpp_start_date AS start_date,
    plan.cpp_end_date AS end_date,
    false AS is_of_another_authority
FROM usable.cin_census_cp_plans AS plan
