SELECT permanence.line
FROM usable.ssda903_prev_perm AS permanence
QUALIFY count(*) OVER (PARTITION BY permanence.child) > 1
