SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE episode.previous_decom IS NULL AND episode.rne <> 'S' AND episode.decom > delivery.year_start
