SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE
    episode.rec IN ('E11', 'E12')
    AND episode.dec BETWEEN delivery.year_start AND delivery.year_end
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_ad1 AS adoptions
        WHERE adoptions.child = episode.child
    )
