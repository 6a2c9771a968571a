SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.reason_place_change IS NOT NULL AND episode.dec IS NULL
