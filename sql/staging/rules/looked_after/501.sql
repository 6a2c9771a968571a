SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.decom < episode.previous_dec
