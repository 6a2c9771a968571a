SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE episode.cin <> episode.first_cin
