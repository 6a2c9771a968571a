SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
WHERE
    decision.date_placed IS NULL
    AND (decision.date_placed_ceased IS NOT NULL OR decision.reason_placed_ceased IS NOT NULL)
