SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE adoption.nb_adoptr = 2 AND adoption.sex_adoptr NOT IN ('MM', 'FF', 'MF')
