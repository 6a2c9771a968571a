SELECT header.line
FROM usable.ssda903_header AS header
CROSS JOIN rule_table.delivery
WHERE
    header.sex = 'F'
    AND header.mother IS NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.care_episode AS episodes
        WHERE
            episodes.child = header.child
            AND episodes.next_decom IS NULL
            AND episodes.dec BETWEEN delivery.year_start AND delivery.year_end
            AND episodes.rec <> 'X1'
            AND episodes.ls NOT IN ('V3', 'V4')
    )
