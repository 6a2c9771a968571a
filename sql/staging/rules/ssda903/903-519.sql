SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.ls_adoptr = 'L2' AND adoption.sex_adoptr NOT IN ('MM', 'FF', 'MF')
