SELECT review.line
FROM rule_table.cp_review AS review
INNER JOIN rule_table.cp_plan AS plan ON review.plan_id = plan.plan_id
WHERE review.review_date <= plan.start_date
