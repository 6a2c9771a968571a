SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE episode.decom > delivery.year_end
