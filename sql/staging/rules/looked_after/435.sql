-- Two placements of one type may be two homes: that nothing of the placement changed cannot be known.
SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rne IN ('P', 'T') AND episode.ls <> episode.previous_ls
