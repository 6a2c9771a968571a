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
        coalesce(authorised_date, DATE '9999-12-31') AS authorised_date
    FROM warehouse.fct_assessment
),

months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end,
        month_end_number
    FROM warehouse.dim_covered_month
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
