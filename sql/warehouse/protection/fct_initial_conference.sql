-- One row a recorded initial conference of a child. The clock runs from the start of the section 47 enquiry that led to
-- it, which is inferred where the conference names none. Of several records of one child and day the one with a usable
-- clock counts, then the earliest start, then the team's code, then the id; the others stay here with the reason why
-- they do not.
-- grain: authority_code, conference_id
WITH clocked AS (
    SELECT
        conferences.authority_code,
        conferences.conference_id,
        conferences.child_id,
        conferences.conference_date,
        enquiries.start_date AS enquiry_start_date,
        coalesce(led.is_inferred, false) AS is_enquiry_inferred,
        held.reporting_month,
        conferences.team_code AS own_team_code,
        coalesce(conferences.team_code, child_teams.team_code, 'unallocated') AS team_code,
        held.working_day_number - started.working_day_number AS working_days,
        CASE
            WHEN conferences.is_transfer_in THEN 'transfer in'
            WHEN led.is_inferred AND enquiries.is_need_unread THEN 'enquiry that could not be read'
            WHEN enquiries.start_date IS NULL THEN 'no section 47 start date'
            WHEN conferences.conference_date < enquiries.start_date THEN 'held before the enquiry started'
            WHEN started.calendar_date IS NULL THEN 'enquiry started outside the calendar'
        END AS no_clock_because
    FROM core.initial_conference AS conferences
    LEFT JOIN warehouse.conference_enquiry AS led
        ON
            conferences.authority_code = led.authority_code
            AND conferences.conference_id = led.conference_id
    LEFT JOIN core.s47_enquiry AS enquiries
        ON
            led.authority_code = enquiries.authority_code
            AND led.enquiry_id = enquiries.enquiry_id
    LEFT JOIN warehouse.dim_calendar AS started ON enquiries.start_date = started.calendar_date
    LEFT JOIN warehouse.dim_calendar AS held ON conferences.conference_date = held.calendar_date
    LEFT JOIN core.child_team AS child_teams
        ON
            conferences.authority_code = child_teams.authority_code
            AND conferences.child_id = child_teams.child_id
            AND conferences.conference_date >= child_teams.from_date
            AND conferences.conference_date < child_teams.until_date
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY authority_code, child_id, conference_date
            ORDER BY no_clock_because IS NOT NULL, enquiry_start_date, own_team_code NULLS LAST, conference_id
        ) AS position
    FROM clocked
),

judged AS (
    SELECT
        *,
        CASE
            WHEN position > 1 AND conference_date IS NOT NULL THEN 'same child and conference as another record'
            ELSE no_clock_because
        END AS excluded_because
    FROM ranked
)

SELECT
    judged.authority_code,
    judged.conference_id,
    judged.child_id,
    judged.team_code,
    judged.reporting_month,
    judged.enquiry_start_date,
    judged.is_enquiry_inferred,
    judged.conference_date,
    judged.working_days,
    CASE
        WHEN judged.excluded_because IS NULL THEN judged.conference_date <= due_dates.in_time_until
    END AS is_in_time,
    judged.excluded_because
FROM judged
LEFT JOIN warehouse.dim_timescale AS timescales
    ON
        judged.authority_code = timescales.authority_code
        AND timescales.timescale_id = 'initial_conference'
        AND judged.enquiry_start_date >= timescales.from_date
        AND judged.enquiry_start_date < timescales.until_date
LEFT JOIN warehouse.dim_due_date AS due_dates
    ON
        judged.enquiry_start_date = due_dates.start_date
        AND timescales.length = due_dates.length
        AND timescales.unit = due_dates.unit
