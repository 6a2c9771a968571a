SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
INNER JOIN usable.ssda903_header AS header ON adoption.child = header.child
WHERE adoption.dob <> header.dob
