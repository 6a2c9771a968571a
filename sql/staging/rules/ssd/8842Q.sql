SELECT review.line
FROM usable.ssd_cp_reviews AS review
CROSS JOIN rule_table.delivery
WHERE review.cppr_cp_review_date IS NULL AND coalesce(review.cppr_cp_review_due <= delivery.month_end, true)
