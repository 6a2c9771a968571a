SELECT review.line
FROM usable.ssda903_reviews AS review
INNER JOIN usable.ssda903_header AS header ON review.child = header.child
WHERE review.dob <> header.dob
