-- One row a recorded initial conference of a child. The clock runs from the start of the section 47
-- enquiry that led to it. Of several records of one child and day the one with a usable clock counts,
-- then the earliest start, then the team's code, then the id; the others stay here with the reason why they do not.
-- grain: authority_code, conference_id
WITH conferences AS (
    SELECT
        authority_code,
        conference_id,
        enquiry_id,
        child_id,
        team_code,
        conference_date,
        is_transfer_in
    FROM core.initial_conference
),

enquiries AS (
    SELECT
        authority_code,
        enquiry_id,
        start_date
    FROM core.s47_enquiry
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date,
        until_date
    FROM core.child_team
),

calendar AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
),

timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'initial_conference'
),

clocked AS (
    SELECT
        conferences.authority_code,
        conferences.conference_id,
        conferences.child_id,
        conferences.conference_date,
        enquiries.start_date AS enquiry_start_date,
        held.reporting_month,
        conferences.team_code AS own_team_code,
        coalesce(conferences.team_code, child_teams.team_code, 'unallocated') AS team_code,
        held.working_day_number - started.working_day_number AS working_days,
        CASE
            WHEN conferences.is_transfer_in THEN 'transfer in'
            WHEN enquiries.start_date IS NULL THEN 'no section 47 start date'
            WHEN conferences.conference_date < enquiries.start_date THEN 'held before the enquiry started'
            WHEN started.calendar_date IS NULL THEN 'enquiry started outside the calendar'
        END AS no_clock_because
    FROM conferences
    LEFT JOIN enquiries
        ON
            conferences.authority_code = enquiries.authority_code
            AND conferences.enquiry_id = enquiries.enquiry_id
    LEFT JOIN calendar AS started ON enquiries.start_date = started.calendar_date
    LEFT JOIN calendar AS held ON conferences.conference_date = held.calendar_date
    LEFT JOIN child_teams
        ON
            conferences.authority_code = child_teams.authority_code
            AND conferences.child_id = child_teams.child_id
            AND conferences.conference_date >= child_teams.from_date
            AND conferences.conference_date < coalesce(child_teams.until_date, DATE '9999-12-31')
),

ranked AS (
    SELECT
        authority_code,
        conference_id,
        child_id,
        team_code,
        reporting_month,
        enquiry_start_date,
        conference_date,
        working_days,
        no_clock_because,
        row_number() OVER (
            PARTITION BY authority_code, child_id, conference_date
            ORDER BY no_clock_because IS NOT NULL, enquiry_start_date, own_team_code NULLS LAST, conference_id
        ) AS place
    FROM clocked
),

judged AS (
    SELECT
        authority_code,
        conference_id,
        child_id,
        team_code,
        reporting_month,
        enquiry_start_date,
        conference_date,
        working_days,
        CASE
            WHEN place > 1 AND conference_date IS NOT NULL THEN 'same child and conference as another record'
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
    judged.conference_date,
    judged.working_days,
    CASE
        WHEN judged.excluded_because IS NULL THEN judged.working_days <= timescales.working_days
    END AS is_in_time,
    judged.excluded_because
FROM judged
INNER JOIN timescales ON judged.authority_code = timescales.authority_code
