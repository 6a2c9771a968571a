-- One row a review of a child protection plan: the census has those that were held.
SELECT
    review.line,
    review.lachildid AS child,
    review.cp_plan_key AS plan_id,
    review.cpp_review_date AS review_date,
    cast(null AS DATE) AS due_date
FROM usable.cin_census_cp_reviews AS review
