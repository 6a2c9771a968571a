SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.ls = 'E1' AND episode.decom < DATE '2005-12-01'
