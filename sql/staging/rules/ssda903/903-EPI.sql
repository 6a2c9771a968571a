SELECT header.line
FROM usable.ssda903_header AS header
WHERE
    NOT EXISTS (
        SELECT 1 FROM rule_table.care_episode AS episodes
        WHERE episodes.child = header.child
    )
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_oc3 AS leavers
        WHERE leavers.child = header.child
    )
