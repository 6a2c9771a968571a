SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.place = 'P1' AND episode.ls = 'V2'
