-- One row a section 47 enquiry and month end by which it had run past the days in which a conference is due, was not
-- ended, had led to no conference, and was not marked as needing none.
-- grain: authority_code, enquiry_id, reporting_month
WITH enquiries AS (
    SELECT
        authority_code,
        enquiry_id,
        child_id,
        team_code,
        start_date,
        coalesce(end_date, DATE '9999-12-31') AS end_date
    FROM core.s47_enquiry
    WHERE NOT needs_no_conference
),

first_conferences AS (
    SELECT
        authority_code,
        enquiry_id,
        min(conference_date) AS conference_date
    FROM core.initial_conference
    WHERE enquiry_id IS NOT NULL
    GROUP BY authority_code, enquiry_id
),

months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end,
        month_end_number
    FROM warehouse.dim_covered_month
),

calendar AS (
    SELECT
        calendar_date,
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

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
),

overdue AS (
    SELECT
        enquiries.authority_code,
        enquiries.enquiry_id,
        enquiries.child_id,
        enquiries.team_code,
        months.reporting_month,
        months.month_end,
        months.month_end_number - calendar.working_day_number AS working_days
    FROM enquiries
    INNER JOIN timescales ON enquiries.authority_code = timescales.authority_code
    INNER JOIN calendar ON enquiries.start_date = calendar.calendar_date
    LEFT JOIN first_conferences
        ON
            enquiries.authority_code = first_conferences.authority_code
            AND enquiries.enquiry_id = first_conferences.enquiry_id
    INNER JOIN months
        ON
            enquiries.authority_code = months.authority_code
            AND enquiries.start_date <= months.month_end
            AND enquiries.end_date > months.month_end
            AND coalesce(first_conferences.conference_date, DATE '9999-12-31') > months.month_end
            AND months.month_end_number - calendar.working_day_number > timescales.working_days
)

SELECT
    overdue.authority_code,
    overdue.enquiry_id,
    overdue.child_id,
    coalesce(overdue.team_code, child_teams.team_code, 'unallocated') AS team_code,
    overdue.reporting_month,
    overdue.working_days
FROM overdue
ASOF LEFT JOIN child_teams
    ON
        overdue.authority_code = child_teams.authority_code
        AND overdue.child_id = child_teams.child_id
        AND overdue.month_end >= child_teams.from_date
