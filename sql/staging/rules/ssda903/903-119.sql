-- What was given and cannot be read is no blank: another rule finds it.
SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
WHERE (decision.date_placed_ceased__readable IS NULL) <> (decision.reason_placed_ceased__readable IS NULL)
