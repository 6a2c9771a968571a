SELECT seeker.line
FROM usable.ssda903_uasc AS seeker
QUALIFY count(*) OVER (PARTITION BY seeker.child) > 1
