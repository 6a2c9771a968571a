SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.previous_decom IS NULL AND episode.decom IS NOT NULL AND episode.rne <> 'S'
