SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.looked_after_child AS child ON episode.child = child.child
WHERE episode.rec IN ('E5', 'E6') AND episode.dec < child.dob + INTERVAL 14 YEAR
