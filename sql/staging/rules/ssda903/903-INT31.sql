SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
QUALIFY count(*) OVER (PARTITION BY adoption.child) > 1
