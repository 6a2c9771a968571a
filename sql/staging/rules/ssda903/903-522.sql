SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
WHERE decision.date_placed > decision.date_placed_ceased
