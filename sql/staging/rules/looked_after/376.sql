SELECT episode.line
FROM rule_table.care_episode AS episode
CROSS JOIN rule_table.delivery
WHERE episode.place = 'T3' AND coalesce(episode.dec, delivery.month_end) - episode.decom > 21
