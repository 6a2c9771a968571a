SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rec IN ('E2', 'E15') AND episode.next_decom IS NOT NULL
