SELECT episode.line
FROM rule_table.care_episode AS episode
WHERE
    (episode.place IN ('A3', 'A4', 'A5', 'A6') OR episode.ls = 'E1')
    AND episode.rec NOT IN ('E11', 'E12', 'X1')
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssda903_placed_adoption AS decisions
        WHERE
            decisions.child = episode.child
            AND decisions.date_placed_ceased__readable IS NOT NULL
            AND decisions.reason_placed_ceased__readable IS NOT NULL
    )
