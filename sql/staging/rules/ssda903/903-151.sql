-- What was given and cannot be read is no blank: another rule finds it.
SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE
    list_count([
        adoption.date_int__readable, adoption.date_match__readable, adoption.foster_care__readable,
        adoption.nb_adoptr__readable, adoption.sex_adoptr__readable, adoption.ls_adoptr__readable
    ]) NOT IN (0, 6)
