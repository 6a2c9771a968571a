SELECT permanence.line
FROM usable.ssda903_prev_perm AS permanence
INNER JOIN rule_table.year_of_child AS care ON permanence.child = care.child
WHERE
    care.last_decom < DATE '2016-04-01'
    AND (permanence.prev_perm IS NOT NULL OR permanence.la_perm IS NOT NULL OR permanence.date_perm IS NOT NULL)
