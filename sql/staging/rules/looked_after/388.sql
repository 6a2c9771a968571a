SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.rec = 'X1' AND episode.dec IS NOT NULL AND episode.dec IS DISTINCT FROM episode.next_decom
