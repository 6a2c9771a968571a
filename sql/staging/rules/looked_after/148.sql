SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE (episode.dec IS NULL) <> (episode.rec IS NULL)
