-- One row an episode, with the child's episode before and after it: by the day it began, then by the day it ended. An
-- episode that has no first day stands in no order. A period of care begins with the first episode, with one that says
-- so (S), and after one that did not cease because another began (X1).
WITH in_order AS (
    SELECT
        episodes.line,
        episodes.child,
        episodes.decom,
        episodes.rne,
        episodes.ls,
        episodes.cin,
        episodes.place,
        episodes.place_provider,
        episodes.dec,
        episodes.rec,
        episodes.reason_place_change,
        lag(episodes.decom) OVER in_order AS previous_decom,
        lag(episodes.ls) OVER in_order AS previous_ls,
        lag(episodes.place) OVER in_order AS previous_place,
        lag(episodes.place_provider) OVER in_order AS previous_place_provider,
        lag(episodes.dec) OVER in_order AS previous_dec,
        lag(episodes.rec) OVER in_order AS previous_rec,
        lead(episodes.decom) OVER in_order AS next_decom,
        lead(episodes.rne) OVER in_order AS next_rne,
        lead(episodes.place) OVER in_order AS next_place,
        row_number() OVER in_order AS place_in_order
    FROM rule_table.returned_episode AS episodes
    WINDOW in_order AS (
        PARTITION BY episodes.child, episodes.decom IS NULL
        ORDER BY episodes.decom ASC, episodes.dec ASC NULLS LAST, episodes.line ASC
    )
),

in_periods AS (
    SELECT
        in_order.*,
        count(*) FILTER (WHERE in_order.rne = 'S' OR in_order.previous_rec <> 'X1') OVER (
            PARTITION BY in_order.child, in_order.decom IS NULL ORDER BY in_order.place_in_order
        ) AS period
    FROM in_order
)

SELECT
    in_periods.line,
    in_periods.child,
    in_periods.decom,
    in_periods.rne,
    in_periods.ls,
    in_periods.cin,
    in_periods.place,
    in_periods.place_provider,
    in_periods.dec,
    in_periods.rec,
    in_periods.reason_place_change,
    in_periods.previous_decom,
    in_periods.previous_ls,
    in_periods.previous_place,
    in_periods.previous_place_provider,
    in_periods.previous_dec,
    in_periods.previous_rec,
    in_periods.next_decom,
    in_periods.next_rne,
    in_periods.next_place,
    first_value(in_periods.cin) OVER (
        PARTITION BY in_periods.child, in_periods.decom IS NULL, in_periods.period ORDER BY in_periods.place_in_order
    ) AS first_cin
FROM in_periods
