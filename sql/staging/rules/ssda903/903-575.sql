SELECT absence.line
FROM usable.ssda903_missing AS absence
WHERE
    absence.mis_end IS NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.care_episode AS episodes
        WHERE
            episodes.child = absence.child
            AND absence.mis_start >= episodes.decom
            AND absence.mis_start < episodes.dec
    )
