SELECT episode.line
FROM rule_table.care_episode AS episode
INNER JOIN rule_table.looked_after_child AS child ON episode.child = child.child
CROSS JOIN rule_table.delivery
WHERE
    coalesce(episode.dec, delivery.month_end) > child.dob + INTERVAL 18 YEAR
    AND NOT (coalesce(episode.ls, '') = 'V2' AND coalesce(episode.place, '') IN ('K1', 'K2'))
