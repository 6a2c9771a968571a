SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.ls_adoptr = 'L11' AND adoption.sex_adoptr IN ('MM', 'FF')
