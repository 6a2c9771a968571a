SELECT absence.line
FROM usable.ssda903_missing AS absence
INNER JOIN rule_table.year_of_child AS care ON absence.child = care.child
WHERE absence.mis_start < care.first_decom
