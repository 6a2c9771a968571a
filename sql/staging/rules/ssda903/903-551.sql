SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    episode.place IN ('A3', 'A4', 'A5', 'A6')
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_placed_adoption AS decisions
        WHERE decisions.child = episode.child AND decisions.date_placed IS NOT NULL
    )
