-- One row a child in need plan open in the collection year.
SELECT
    details.lachildid,
    plans.cinp_cin_plan_id AS cin_plan_key,
    details.details_key,
    plans.cinp_cin_plan_start_date AS cin_plan_start_date,
    plans.cinp_cin_plan_end_date AS cin_plan_end_date
FROM export.ssd_cin_plans AS plans
CROSS JOIN council.month AS months
INNER JOIN cin_census.details AS details ON plans.cinp_referral_id = details.details_key
WHERE coalesce(plans.cinp_cin_plan_end_date, months.month_end) >= months.year_from
