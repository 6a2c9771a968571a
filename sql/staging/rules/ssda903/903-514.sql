SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.ls_adoptr = 'L0' AND adoption.sex_adoptr IN ('MM', 'FF', 'MF')
