-- One row an episode of care.
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
