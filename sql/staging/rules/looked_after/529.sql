SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.place_provider = 'PR3'
    AND episode.place IN ('P1', 'A3', 'A4', 'A5', 'A6', 'K1', 'K2', 'U1', 'U2', 'U3', 'U4', 'U5', 'U6')
