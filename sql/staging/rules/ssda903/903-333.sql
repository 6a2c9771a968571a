SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.date_int > adoption.date_match
