SELECT review.line
FROM usable.ssd_cla_reviews AS review
CROSS JOIN rule_table.delivery
WHERE
    review.clar_cla_review_participation IS NULL
    AND review.clar_cla_review_cancelled IS NOT TRUE
    AND review.clar_cla_review_date <= delivery.month_end
