SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.reason_place_change IS NOT NULL
    AND (episode.place IN ('T0', 'T1', 'T2', 'T3', 'T4') OR episode.next_place IN ('T0', 'T1', 'T2', 'T3', 'T4'))
