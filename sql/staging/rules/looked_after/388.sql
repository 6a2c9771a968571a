SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.rec = 'X1'
    AND episode.decom IS NOT NULL
    AND (episode.next_decom IS NULL OR episode.dec <> episode.next_decom)
