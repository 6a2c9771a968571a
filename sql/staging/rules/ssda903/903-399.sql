WITH only_short_breaks AS (
    SELECT episodes.child
    FROM rule_table.care_episode AS episodes
    GROUP BY episodes.child
    HAVING bool_and(coalesce(episodes.ls IN ('V3', 'V4'), false))
)

SELECT header.line
FROM usable.ssda903_header AS header
INNER JOIN only_short_breaks ON header.child = only_short_breaks.child
LEFT JOIN usable.ssda903_reviews AS reviews ON header.child = reviews.child
WHERE header.mother IS NOT NULL OR reviews.child IS NOT NULL
GROUP BY header.line
