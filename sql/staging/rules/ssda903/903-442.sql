SELECT header.line
FROM usable.ssda903_header AS header
WHERE
    header.upn IS NULL
    AND header.upn__readable IS NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.care_episode AS episodes
        WHERE episodes.child = header.child AND episodes.ls NOT IN ('V3', 'V4')
    )
