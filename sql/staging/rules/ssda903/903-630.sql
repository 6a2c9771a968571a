SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE
    episode.rne = 'S'
    AND episode.decom BETWEEN delivery.year_start AND delivery.year_end
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_prev_perm AS permanences
        WHERE permanences.child = episode.child AND permanences.prev_perm IS NOT NULL
    )
