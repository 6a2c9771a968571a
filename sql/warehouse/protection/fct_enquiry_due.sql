-- One row a section 47 enquiry of which nothing says that no conference is needed: when one is due, and when the first
-- was held that it or the child had since it began.
-- grain: authority_code, enquiry_id
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
)

SELECT
    enquiries.authority_code,
    enquiries.enquiry_id,
    enquiries.child_id,
    enquiries.team_code,
    enquiries.start_date,
    calendar.working_day_number AS start_number,
    due_dates.due_date,
    due_dates.in_time_until,
    first_conferences.conference_date,
    children.childhood_end
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
