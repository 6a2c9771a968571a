SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.place IN ('A3', 'A5')
    AND episode.previous_place NOT IN ('A3', 'A4', 'A5', 'A6', 'U1', 'U2', 'U3', 'U4', 'U5', 'U6')
