SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
INNER JOIN usable.ssda903_placed_adoption AS later ON decision.child = later.child
WHERE decision.date_placed_ceased IS NULL AND decision.date_placed < later.date_placed
GROUP BY decision.line
