-- One row a review, held in the collection year, of a plan in the return.
SELECT
    plans.lachildid,
    reviews.review_id AS cp_review_key,
    plans.cp_plan_key,
    reviews.review_date AS cpp_review_date
FROM council.cp_review AS reviews
CROSS JOIN council.month AS months
INNER JOIN cin_census.cp_plans AS plans ON reviews.plan_id = plans.cp_plan_key
WHERE reviews.review_date >= months.year_from
