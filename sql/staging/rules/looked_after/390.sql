SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rec IN ('E11', 'E12') AND episode.place NOT IN ('A3', 'A4', 'A5', 'A6')
