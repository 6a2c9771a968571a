SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
INNER JOIN usable.ssda903_ad1 AS adoption ON decision.child = adoption.child
GROUP BY decision.line
HAVING bool_and(decision.date_placed <> adoption.date_int)
