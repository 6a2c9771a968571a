SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
INNER JOIN rule_table.year_of_child AS care ON decision.child = care.child
WHERE decision.date_placed > care.placed_on
