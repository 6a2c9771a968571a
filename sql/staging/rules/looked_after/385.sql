SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE episode.dec > delivery.year_end
