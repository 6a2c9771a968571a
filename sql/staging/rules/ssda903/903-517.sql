SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.ls_adoptr = 'L3' AND adoption.sex_adoptr <> 'MF'
