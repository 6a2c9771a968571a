-- H5 until the collection year 2024-25, K3 since.
SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.looked_after_child AS child ON episode.child = child.child
WHERE episode.place IN ('H5', 'K3') AND episode.decom < child.dob + INTERVAL 16 YEAR
