SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.coverage
WHERE episode.previous_decom IS NULL AND episode.rne <> 'S' AND episode.decom >= coverage.first_day
