SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.ls = 'E1'
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_placed_adoption AS decisions
        WHERE decisions.child = episode.child AND decisions.date_placed IS NOT NULL
    )
