SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.looked_after_child AS child ON episode.child = child.child
WHERE episode.place = 'H5' AND episode.decom < child.dob + INTERVAL 16 YEAR
