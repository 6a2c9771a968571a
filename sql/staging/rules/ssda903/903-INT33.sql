SELECT health.line
FROM usable.ssda903_oc2 AS health
QUALIFY count(*) OVER (PARTITION BY health.child) > 1
