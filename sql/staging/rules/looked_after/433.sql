-- An episode that has not ended did not end on the day on which this one begins.
SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.rne <> 'S'
    AND episode.previous_decom IS NOT NULL
    AND episode.decom IS DISTINCT FROM episode.previous_dec
