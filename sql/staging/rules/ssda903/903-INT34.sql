SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
QUALIFY count(*) OVER (PARTITION BY leaver.child) > 1
