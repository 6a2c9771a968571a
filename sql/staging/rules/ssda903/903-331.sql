SELECT adoption.line
FROM usable.ssda903_ad1 AS adoption
INNER JOIN rule_table.year_of_child AS care ON adoption.child = care.child
WHERE adoption.date_match > care.placed_on
