SELECT seeker.line
FROM usable.ssda903_uasc AS seeker
WHERE seeker.duc > seeker.dob + INTERVAL 18 YEAR
