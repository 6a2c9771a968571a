SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.next_decom IS NOT NULL AND episode.dec IS NULL
