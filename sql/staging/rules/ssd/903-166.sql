SELECT review.line
FROM usable.ssd_cla_reviews AS review
CROSS JOIN rule_table.delivery
WHERE
    review.clar_cla_review_date IS NULL
    AND review.clar_cla_review_cancelled IS NOT TRUE
    AND coalesce(review.clar_cla_review_due_date <= delivery.month_end, true)
