WITH kinds AS (
    SELECT episodes.child
    FROM rule_table.care_episode AS episodes
    CROSS JOIN rule_table.delivery
    WHERE episodes.ls IN ('V3', 'V4') AND coalesce(episodes.dec, delivery.month_end) >= delivery.year_start
    GROUP BY episodes.child
    HAVING count(DISTINCT episodes.ls) > 1
)

SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN kinds ON episode.child = kinds.child
CROSS JOIN rule_table.delivery
WHERE episode.ls IN ('V3', 'V4') AND coalesce(episode.dec, delivery.month_end) >= delivery.year_start
