SELECT review.line
FROM rule_table.cp_review AS review
CROSS JOIN rule_table.delivery
WHERE review.review_date IS NULL AND coalesce(review.due_date <= delivery.month_end, true)
