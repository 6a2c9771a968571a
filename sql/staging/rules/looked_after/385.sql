SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.coverage
WHERE episode.dec > coverage.last_day
