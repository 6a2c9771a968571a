SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
WHERE
    list_count([
        cast(adoption.date_int AS VARCHAR), cast(adoption.date_match AS VARCHAR), adoption.foster_care,
        cast(adoption.nb_adoptr AS VARCHAR), adoption.sex_adoptr, adoption.ls_adoptr
    ]) NOT IN (0, 6)
