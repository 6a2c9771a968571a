-- One row a child protection plan open in the collection year.
SELECT
    details.lachildid,
    plans.plan_id AS cp_plan_key,
    details.details_key,
    plans.start_date AS cpp_start_date,
    plans.end_date AS cpp_end_date,
    plans.initial_category AS initial_category_of_abuse,
    plans.latest_category AS latest_category_of_abuse,
    plans.previous_plans AS number_of_previous_cpp
FROM council.cp_plan AS plans
CROSS JOIN council.month AS months
INNER JOIN cin_census.details AS details ON plans.referral_id = details.details_key
WHERE coalesce(plans.end_date, months.month_end) >= months.year_from
