SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.place IN ('T0', 'T1', 'T2', 'T3', 'T4')
    AND episode.previous_place NOT IN ('T0', 'T1', 'T2', 'T3', 'T4')
    AND episode.next_rne <> 'S'
    AND episode.next_place NOT IN ('T0', 'T1', 'T2', 'T3', 'T4')
    AND episode.next_place <> episode.previous_place
