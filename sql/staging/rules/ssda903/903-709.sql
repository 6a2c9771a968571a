SELECT orders.line
FROM usable.ssda903_dolo AS orders
WHERE EXISTS (
    SELECT 1 FROM rule_table.returned_episode AS episode
    WHERE
        episode.child = orders.child
        AND episode.decom <= orders.dolo_end
        AND coalesce(episode.dec >= orders.dolo_start, true)
        AND orders.dolo_start IS NOT NULL
        AND episode.place NOT IN ('K2', 'Z12', 'Z13')
)
