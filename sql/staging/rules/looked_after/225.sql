SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.rec = 'X1'
    AND episode.next_rne IN ('P', 'T', 'B', 'U')
    AND episode.reason_place_change IS NULL
    AND episode.place NOT IN ('T0', 'T1', 'T2', 'T3', 'T4')
    AND episode.next_place NOT IN ('T0', 'T1', 'T2', 'T3', 'T4')
