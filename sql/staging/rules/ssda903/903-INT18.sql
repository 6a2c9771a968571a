SELECT seeker.line
FROM usable.ssda903_uasc AS seeker
INNER JOIN usable.ssda903_header AS header ON seeker.child = header.child
WHERE seeker.dob <> header.dob
