-- One row a clock: it starts with its spell or with the event that kept the obligation before, and stops with the next
-- event. due_date is when the obligation falls due that it opens, null where the calendar does not reach.
-- grain: spell_number, position
WITH events AS (
    SELECT
        kind,
        authority_code,
        child_id,
        event_date,
        event_id
    FROM core.obligation_event
    WHERE event_date <= $as_of
),

starts AS (
    SELECT
        spell_number,
        clock_date,
        spell_key AS opened_by,
        0 AS position
    FROM warehouse.dim_spell
    UNION ALL
    SELECT
        spells.spell_number,
        events.event_date AS clock_date,
        events.event_id AS opened_by,
        row_number() OVER (PARTITION BY spells.spell_number ORDER BY events.event_date) AS position
    FROM warehouse.dim_spell AS spells
    INNER JOIN events
        ON
            spells.kind = events.kind
            AND spells.authority_code = events.authority_code
            AND spells.child_id = events.child_id
            AND spells.first_event_date <= events.event_date
            AND spells.last_event_date >= events.event_date
),

clocks AS (
    SELECT
        *,
        lead(clock_date) OVER (PARTITION BY spell_number ORDER BY position) AS stopped_date,
        lead(opened_by) OVER (PARTITION BY spell_number ORDER BY position) AS stopped_by
    FROM starts
)

SELECT
    clocks.spell_number,
    clocks.position,
    clocks.clock_date,
    clocks.opened_by,
    clocks.stopped_date,
    clocks.stopped_by,
    least(due_dates.due_date, stated.due_date) AS due_date
FROM clocks
INNER JOIN warehouse.dim_interval AS visit_intervals
    ON
        clocks.spell_number = visit_intervals.spell_number
        AND clocks.position BETWEEN visit_intervals.first_position AND visit_intervals.last_position
        AND clocks.clock_date >= visit_intervals.from_date
        AND clocks.clock_date < visit_intervals.until_date
LEFT JOIN warehouse.dim_due_date AS due_dates
    ON
        clocks.clock_date = due_dates.start_date
        AND visit_intervals.length = due_dates.length
        AND visit_intervals.unit = due_dates.unit
LEFT JOIN warehouse.dim_due_date AS stated
    ON
        clocks.clock_date = stated.start_date
        AND visit_intervals.stated_length = stated.length
        AND visit_intervals.stated_unit = stated.unit
