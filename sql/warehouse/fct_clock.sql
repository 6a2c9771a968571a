-- One row a clock: it starts with its spell or with the event that kept the obligation before, and stops with the next
-- event. due_date is when the obligation falls due that it opens, null where the calendar does not reach.
-- grain: spell_number, place
WITH spells AS (
    SELECT
        spell_number,
        authority_code,
        kind,
        child_id,
        spell_key,
        start_date,
        first_event_date,
        last_event_date
    FROM warehouse.dim_spell
),

events AS (
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
        start_date AS clock_date,
        spell_key AS opened_by,
        0 AS place
    FROM spells
    UNION ALL
    SELECT
        spells.spell_number,
        events.event_date AS clock_date,
        events.event_id AS opened_by,
        row_number() OVER (PARTITION BY spells.spell_number ORDER BY events.event_date) AS place
    FROM spells
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
        spell_number,
        clock_date,
        opened_by,
        place,
        lead(clock_date) OVER (PARTITION BY spell_number ORDER BY place) AS stopped_date,
        lead(opened_by) OVER (PARTITION BY spell_number ORDER BY place) AS stopped_by
    FROM starts
),

intervals AS (
    SELECT
        spell_number,
        first_place,
        last_place,
        from_date,
        until_date,
        working_days,
        days,
        months
    FROM warehouse.dim_interval
),

calendar AS (
    SELECT
        calendar_date,
        working_day_number
    FROM warehouse.dim_calendar
),

working_days AS (
    SELECT
        calendar_date,
        working_day_number
    FROM warehouse.dim_calendar
    WHERE is_working_day
)

SELECT
    clocks.spell_number,
    clocks.place,
    clocks.clock_date,
    clocks.opened_by,
    clocks.stopped_date,
    clocks.stopped_by,
    CASE
        WHEN intervals.working_days IS NOT NULL THEN working_days.calendar_date
        ELSE
            cast(
                clocks.clock_date
                + to_days(cast(coalesce(intervals.days, 0) AS INTEGER))
                + to_months(cast(coalesce(intervals.months, 0) AS INTEGER)) AS DATE
            )
    END AS due_date
FROM clocks
INNER JOIN intervals
    ON
        clocks.spell_number = intervals.spell_number
        AND clocks.place BETWEEN intervals.first_place AND intervals.last_place
        AND clocks.clock_date >= intervals.from_date
        AND clocks.clock_date < intervals.until_date
LEFT JOIN calendar ON clocks.clock_date = calendar.calendar_date
LEFT JOIN working_days ON calendar.working_day_number + intervals.working_days = working_days.working_day_number
