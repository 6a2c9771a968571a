SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.place_provider = 'PR1' AND episode.place IN ('P1', 'R2', 'R5')
