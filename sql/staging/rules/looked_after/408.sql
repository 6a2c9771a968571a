SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.place IN ('A5', 'A6') AND episode.ls <> 'E1'
