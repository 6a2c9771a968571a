-- One row a section 47 enquiry and month end by which it had run past the days in which a conference is due, whether or
-- not it was closed by then: nothing says that none is needed, it had led to none, and the child, who is alive and
-- under 18, had had none since it began.
-- grain: authority_code, enquiry_id, reporting_month
WITH enquiries AS (
    SELECT
        authority_code,
        enquiry_id,
        child_id,
        team_code,
        start_date
    FROM core.s47_enquiry
    WHERE NOT needs_no_conference AND start_date IS NOT NULL
),

conferences AS (
    SELECT
        enquiries.authority_code,
        enquiries.enquiry_id,
        min(conferences.conference_date) AS conference_date
    FROM enquiries
    INNER JOIN core.initial_conference AS conferences
        ON
            enquiries.authority_code = conferences.authority_code
            AND enquiries.child_id = conferences.child_id
            AND enquiries.start_date <= conferences.conference_date
    GROUP BY enquiries.authority_code, enquiries.enquiry_id
    UNION ALL
    SELECT
        authority_code,
        enquiry_id,
        min(conference_date) AS conference_date
    FROM core.initial_conference
    WHERE enquiry_id IS NOT NULL
    GROUP BY authority_code, enquiry_id
),

first_conferences AS (
    SELECT
        authority_code,
        enquiry_id,
        min(conference_date) AS conference_date
    FROM conferences
    GROUP BY authority_code, enquiry_id
),

overdue AS (
    SELECT
        enquiries.*,
        months.reporting_month,
        months.month_end,
        months.month_end_number - calendar.working_day_number AS working_days
    FROM enquiries
    INNER JOIN warehouse.dim_timescale AS timescales
        ON
            enquiries.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'initial_conference'
            AND enquiries.start_date >= timescales.from_date
            AND enquiries.start_date < timescales.until_date
    INNER JOIN warehouse.dim_due_date AS due_dates
        ON
            enquiries.start_date = due_dates.start_date
            AND timescales.length = due_dates.length
            AND timescales.unit = due_dates.unit
    INNER JOIN warehouse.dim_calendar AS calendar ON enquiries.start_date = calendar.calendar_date
    LEFT JOIN first_conferences
        ON
            enquiries.authority_code = first_conferences.authority_code
            AND enquiries.enquiry_id = first_conferences.enquiry_id
    LEFT JOIN core.child AS children
        ON
            enquiries.authority_code = children.authority_code
            AND enquiries.child_id = children.child_id
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            enquiries.authority_code = months.authority_code
            AND due_dates.in_time_until < months.month_end
            AND end_date_or_open(first_conferences.conference_date) > months.month_end
            AND end_date_or_open(children.childhood_end) > months.month_end
)

SELECT
    overdue.authority_code,
    overdue.enquiry_id,
    overdue.child_id,
    coalesce(overdue.team_code, child_teams.team_code, 'unallocated') AS team_code,
    overdue.reporting_month,
    overdue.working_days
FROM overdue
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        overdue.authority_code = child_teams.authority_code
        AND overdue.child_id = child_teams.child_id
        AND overdue.month_end >= child_teams.from_date
