WITH last_days AS (
    SELECT
        episodes.child,
        max(coalesce(episodes.dec, delivery.year_end)) AS last_day
    FROM rule_table.care_episode AS episodes
    CROSS JOIN rule_table.delivery
    GROUP BY episodes.child
)

SELECT header.line
FROM usable.ssda903_header AS header
CROSS JOIN rule_table.delivery
LEFT JOIN last_days ON header.child = last_days.child
WHERE header.mc_dob > least(delivery.year_end, coalesce(last_days.last_day, delivery.year_end))
