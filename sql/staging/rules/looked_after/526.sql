SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.place NOT IN ('T0', 'T1', 'T2', 'T3', 'T4', 'Z1', 'Z11', 'Z12', 'Z13', 'Z14')
    AND episode.place_provider IS NULL
