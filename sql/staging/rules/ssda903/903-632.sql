SELECT permanence.line
FROM usable.ssda903_prev_perm AS permanence
INNER JOIN rule_table.year_of_child AS care ON permanence.child = care.child
WHERE permanence.date_perm >= care.period_decom
