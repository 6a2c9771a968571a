SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rec IN ('E45', 'E46') AND episode.place NOT IN ('U1', 'U2', 'U3', 'U4', 'U5', 'U6')
