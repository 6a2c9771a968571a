-- One row an assessment and month end at which it was open and past its last day in time.
-- grain: authority_code, assessment_id, reporting_month
WITH assessments AS (
    SELECT
        authority_code,
        assessment_id,
        child_id,
        own_team_code,
        start_date,
        start_number,
        limit_days,
        coalesce(authorised_date, DATE '9999-12-31') AS authorised_date,
        cast(NULL AS VARCHAR) AS only_month
    FROM warehouse.fct_assessment
    UNION ALL
    SELECT
        listed.authority_code,
        listed.assessment_id,
        listed.child_id,
        cast(NULL AS VARCHAR) AS own_team_code,
        listed.start_date,
        calendar.working_day_number AS start_number,
        timescales.working_days AS limit_days,
        coalesce(listed.authorised_date, DATE '9999-12-31') AS authorised_date,
        listed.reporting_month AS only_month
    FROM core.listed_assessment AS listed
    INNER JOIN warehouse.dim_timescale AS timescales
        ON listed.authority_code = timescales.authority_code AND timescales.timescale_id = 'assessment'
    INNER JOIN warehouse.dim_calendar AS calendar ON listed.start_date = calendar.calendar_date
),

listed_months AS (
    SELECT
        authority_code,
        reporting_month
    FROM warehouse.dim_listed_month
    WHERE subject = 'assessment'
),

months AS (
    SELECT
        covered.authority_code,
        covered.reporting_month,
        covered.month_end,
        covered.month_end_number,
        listed_months.reporting_month AS listed_month
    FROM warehouse.dim_covered_month AS covered
    LEFT JOIN listed_months
        ON
            covered.authority_code = listed_months.authority_code
            AND covered.reporting_month = listed_months.reporting_month
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
        assessments.authority_code,
        assessments.assessment_id,
        assessments.child_id,
        assessments.own_team_code,
        months.reporting_month,
        months.month_end,
        months.month_end_number - assessments.start_number AS working_days
    FROM assessments
    INNER JOIN months
        ON
            assessments.authority_code = months.authority_code
            AND coalesce(assessments.only_month, '') = coalesce(months.listed_month, '')
            AND assessments.start_date <= months.month_end
            AND assessments.authorised_date > months.month_end
            AND months.month_end_number - assessments.start_number > assessments.limit_days
)

SELECT
    overdue.authority_code,
    overdue.assessment_id,
    overdue.child_id,
    coalesce(overdue.own_team_code, child_teams.team_code, 'unallocated') AS team_code,
    overdue.reporting_month,
    overdue.working_days
FROM overdue
ASOF LEFT JOIN child_teams
    ON
        overdue.authority_code = child_teams.authority_code
        AND overdue.child_id = child_teams.child_id
        AND overdue.month_end >= child_teams.from_date
