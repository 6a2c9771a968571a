SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.looked_after_child AS child ON episode.child = child.child
WHERE episode.rec IN ('E45', 'E46', 'E47', 'E48') AND episode.dec >= child.dob + INTERVAL 18 YEAR
