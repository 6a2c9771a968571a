SELECT review.line
FROM rule_table.cp_review AS review
INNER JOIN rule_table.cin_plan AS plan ON review.child = plan.child
WHERE review.review_date > plan.start_date AND review.review_date < end_date_or_open(plan.end_date)
GROUP BY review.line
