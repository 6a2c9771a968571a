SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
INNER JOIN rule_table.year_of_child AS care ON leaver.child = care.child
WHERE care.last_rec = 'E2'
