SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.previous_rec <> 'X1' AND episode.rne <> 'S'
