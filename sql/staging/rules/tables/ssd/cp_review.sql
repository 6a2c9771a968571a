-- One row a review of a child protection plan.
SELECT
    review.line,
    review.cppr_person_id AS child,
    review.cppr_cp_plan_id AS plan_id,
    review.cppr_cp_review_date AS review_date,
    review.cppr_cp_review_due AS due_date
FROM usable.ssd_cp_reviews AS review
