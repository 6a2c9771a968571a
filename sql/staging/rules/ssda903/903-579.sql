SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
INNER JOIN usable.ssda903_placed_adoption AS earlier ON decision.child = earlier.child
WHERE
    (earlier.date_placed, earlier.line) < (decision.date_placed, decision.line)
    AND decision.date_placed < end_date_or_open(earlier.date_placed_ceased)
GROUP BY decision.line
