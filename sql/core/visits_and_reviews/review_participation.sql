-- One row a child protection review that was held, and how the child took part in it.
SELECT
    reviews.authority_code,
    reviews.cppr_cp_review_id AS review_id,
    reviews.cppr_person_id AS child_id,
    reviews.cppr_cp_review_date AS review_date,
    reviews.cppr_cp_review_participation AS participation_code
FROM staging.ssd_cp_reviews AS reviews
WHERE reviews.cppr_cp_review_date IS NOT NULL AND coalesce(reviews.cppr_cp_review_quorate, true)
