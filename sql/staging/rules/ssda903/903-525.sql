SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
WHERE
    decision.date_placed_ceased IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM usable.ssda903_ad1 AS adoptions
        WHERE adoptions.child = decision.child AND adoptions.date_int IS NOT NULL
    )
