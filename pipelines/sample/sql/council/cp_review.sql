-- One row a review of a child protection plan that was held: a conference that is not quorate is none.
SELECT
    cppr_cp_review_id AS review_id,
    cppr_cp_plan_id AS plan_id,
    cppr_cp_review_date AS review_date
FROM export.ssd_cp_reviews
WHERE cppr_cp_review_quorate
