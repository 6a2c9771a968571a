SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.place IN ('A3', 'A5') AND episode.rne NOT IN ('S', 'T', 'U')
