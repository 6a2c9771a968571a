SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.decom < DATE '1991-10-14'
