SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.ls IN ('V3', 'V4') AND episode.place IN ('U1', 'U4')
