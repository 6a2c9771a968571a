SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.care_episode AS earlier ON episode.child = earlier.child
WHERE earlier.rec IN ('E11', 'E12') AND earlier.decom < episode.decom
GROUP BY episode.line
