SELECT review.line
FROM usable.ssd_cp_reviews AS review
INNER JOIN usable.ssd_cp_plans AS plan ON review.cppr_cp_plan_id = plan.cppl_cp_plan_id
WHERE review.cppr_cp_review_date <= plan.cppl_cp_plan_start_date
