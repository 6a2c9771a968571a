SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
WHERE
    EXISTS (
        SELECT 1 FROM usable.ssda903_ad1 AS adoptions
        WHERE adoptions.child = leaver.child
    )
