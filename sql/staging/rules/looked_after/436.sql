SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rne = 'B' AND episode.ls = episode.previous_ls
