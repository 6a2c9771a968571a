-- One row a child who has an episode: what its episodes say of the year and of the latest period of care. Looked after
-- all year is who was on its first day and on its last, did not start or cease in between, and had no short breaks.
SELECT
    episodes.child,
    coalesce(
        bool_or(episodes.decom <= delivery.year_end AND coalesce(episodes.dec >= delivery.year_start, true)), false
    ) AS is_in_care,
    coalesce(bool_or(
        episodes.decom <= delivery.year_start AND coalesce(episodes.dec > delivery.year_start, true)
    ), false)
    AND coalesce(bool_or(
        episodes.decom <= delivery.year_end AND coalesce(episodes.dec > delivery.year_end, true)
    ), false)
    AND NOT coalesce(bool_or(
        episodes.rne = 'S' AND episodes.decom > delivery.year_start AND episodes.decom <= delivery.year_end
    ), false)
    AND NOT coalesce(bool_or(
        episodes.rec <> 'X1' AND episodes.dec BETWEEN delivery.year_start AND delivery.year_end
    ), false)
    AND NOT coalesce(bool_or(
        episodes.ls IN ('V3', 'V4')
        AND episodes.decom <= delivery.year_end
        AND coalesce(episodes.dec >= delivery.year_start, true)
    ), false) AS is_in_care_all_year,
    min(episodes.decom) AS first_decom,
    max(episodes.decom) AS last_decom,
    max(episodes.decom) FILTER (WHERE episodes.rne = 'S') AS period_decom,
    max(episodes.rec) FILTER (WHERE episodes.next_decom IS NULL) AS last_rec,
    max(episodes.place) FILTER (WHERE episodes.next_decom IS NULL) AS last_place,
    max(episodes.dec) FILTER (WHERE episodes.next_decom IS NULL AND episodes.rec <> 'X1') AS left_on,
    min(episodes.decom) FILTER (WHERE episodes.place IN ('A3', 'A4', 'A5', 'A6')) AS placed_on,
    min(episodes.decom) FILTER (WHERE episodes.ls = 'E1') AS placement_order_on,
    max(episodes.dec) FILTER (
        WHERE episodes.rec IN ('E11', 'E12') AND episodes.dec BETWEEN delivery.year_start AND delivery.year_end
    ) AS adopted_on
FROM rule_table.care_episode AS episodes
CROSS JOIN rule_table.delivery
GROUP BY episodes.child
