SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.ls = 'V3' AND episode.rne <> 'S'
