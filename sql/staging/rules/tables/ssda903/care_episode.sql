-- One row an episode, with the child's episode before and after it: by the day it began, then by the day it ended. An
-- episode that has no first day stands in no order.
WITH episodes AS (
    SELECT
        given.line,
        given.child,
        given.decom,
        given.rne,
        given.ls,
        given.cin,
        given.place,
        given.place_provider,
        given.dec,
        given.rec,
        given.reason_place_change
    FROM usable.ssda903_episodes AS given
)

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
    lag(episodes.cin) OVER in_order AS previous_cin,
    lag(episodes.place) OVER in_order AS previous_place,
    lag(episodes.dec) OVER in_order AS previous_dec,
    lag(episodes.rec) OVER in_order AS previous_rec,
    lead(episodes.decom) OVER in_order AS next_decom,
    lead(episodes.rne) OVER in_order AS next_rne,
    lead(episodes.place) OVER in_order AS next_place
FROM episodes
WINDOW in_order AS (
    PARTITION BY episodes.child, episodes.decom IS NULL
    ORDER BY episodes.decom ASC, episodes.dec ASC NULLS LAST, episodes.line ASC
)
