-- One row a child protection plan on a list of one month's end.
SELECT
    plans.authority_code,
    plans.delivery_month AS reporting_month,
    plans.child_protection_key AS plan_id,
    plans.child_unique_id AS child_id,
    plans.child_protection_plan_start_date AS start_date,
    plans.child_protection_plan_end_date AS end_date,
    plans.date_of_the_last_statutory_visit AS last_visit_date
FROM staging.annex_a_child_protection AS plans
