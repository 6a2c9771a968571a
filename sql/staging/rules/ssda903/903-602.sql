SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
LEFT JOIN rule_table.year_of_child AS care ON adoption.child = care.child
WHERE care.adopted_on IS NULL
