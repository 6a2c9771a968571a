SELECT review.line
FROM usable.ssd_cp_reviews AS review
INNER JOIN usable.ssd_cin_plans AS plan ON review.cppr_person_id = plan.cinp_person_id
WHERE
    review.cppr_cp_review_date > plan.cinp_cin_plan_start_date
    AND review.cppr_cp_review_date < end_date_or_open(plan.cinp_cin_plan_end_date)
GROUP BY review.line
