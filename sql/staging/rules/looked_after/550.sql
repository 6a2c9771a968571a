SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.place_provider = 'PR0' AND episode.place <> 'P1'
