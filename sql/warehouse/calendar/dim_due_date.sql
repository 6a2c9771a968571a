-- One row a day of the calendar up to the month's end and length of time that an authority or a plan sets (days,
-- working_days, weeks or months): the day on which what starts then falls due, null where the calendar does not reach,
-- and the last day that is still in time, since days off after a due date take no working day.
-- grain: start_date, length, unit
WITH lengths AS (
    SELECT
        length,
        unit
    FROM warehouse.dim_timescale
    UNION
    SELECT
        length,
        unit
    FROM core.visit_interval
),

working_days AS (
    SELECT
        calendar_date,
        working_day_number,
        end_date_or_open(lead(calendar_date) OVER (ORDER BY calendar_date) - 1) AS last_day_off
    FROM warehouse.dim_calendar
    WHERE is_working_day
),

-- Each start has its number before the join, which takes a minute where DuckDB looks for the days first.
starts AS MATERIALIZED (
    SELECT
        calendar.calendar_date AS start_date,
        lengths.length,
        lengths.unit,
        CASE lengths.unit
            WHEN 'days' THEN cast(calendar.calendar_date + to_days(cast(lengths.length AS INTEGER)) AS DATE)
            WHEN 'weeks' THEN cast(calendar.calendar_date + to_weeks(cast(lengths.length AS INTEGER)) AS DATE)
            WHEN 'months' THEN cast(calendar.calendar_date + to_months(cast(lengths.length AS INTEGER)) AS DATE)
        END AS due_date,
        CASE lengths.unit WHEN 'working_days' THEN calendar.working_day_number + lengths.length END AS due_number
    FROM warehouse.dim_calendar AS calendar
    CROSS JOIN lengths
    WHERE calendar.calendar_date <= $as_of
)

SELECT
    starts.start_date,
    starts.length,
    starts.unit,
    coalesce(starts.due_date, working_days.calendar_date) AS due_date,
    end_date_or_open(coalesce(starts.due_date, working_days.last_day_off)) AS in_time_until
FROM starts
LEFT JOIN working_days ON starts.due_number = working_days.working_day_number
