-- One row an assessment. Its clock runs from its start to its authorisation; the month is that of the
-- authorisation.
WITH assessments AS (
    SELECT
        authority_code,
        assessment_id,
        child_id,
        team_code,
        start_date,
        authorised_date
    FROM core.assessment
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

timescale AS (
    SELECT working_days
    FROM reference.timescale
    WHERE timescale_id = 'assessment'
),

clocked AS (
    SELECT
        assessments.authority_code,
        assessments.assessment_id,
        assessments.child_id,
        assessments.start_date,
        assessments.authorised_date,
        authorised.reporting_month,
        coalesce(assessments.team_code, child_teams.team_code, 'unallocated') AS team_code,
        authorised.working_day_number - started.working_day_number AS working_days,
        CASE
            WHEN assessments.start_date IS NULL THEN 'no start date'
            WHEN assessments.authorised_date < assessments.start_date THEN 'authorised before it started'
            WHEN started.calendar_date IS NULL THEN 'started outside the calendar'
        END AS excluded_because
    FROM assessments
    LEFT JOIN calendar AS started ON assessments.start_date = started.calendar_date
    LEFT JOIN calendar AS authorised ON assessments.authorised_date = authorised.calendar_date
    LEFT JOIN child_teams
        ON
            assessments.authority_code = child_teams.authority_code
            AND assessments.child_id = child_teams.child_id
            AND assessments.authorised_date >= child_teams.from_date
            AND assessments.authorised_date < coalesce(child_teams.until_date, DATE '9999-12-31')
)

SELECT
    clocked.authority_code,
    clocked.assessment_id,
    clocked.child_id,
    clocked.team_code,
    clocked.reporting_month,
    clocked.start_date,
    clocked.authorised_date,
    clocked.working_days,
    CASE
        WHEN clocked.excluded_because IS NULL THEN clocked.working_days <= timescale.working_days
    END AS is_in_time,
    clocked.excluded_because
FROM clocked
CROSS JOIN timescale
