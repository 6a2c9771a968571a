SELECT review.line
FROM usable.ssda903_reviews AS review
WHERE review.review_code = 'PN0' AND review.review >= review.dob + INTERVAL 4 YEAR
