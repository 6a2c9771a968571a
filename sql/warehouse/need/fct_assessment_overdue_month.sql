-- One row an assessment and month end at which it was open and past its last day in time, and the child alive.
-- grain: authority_code, assessment_id, reporting_month
WITH assessments AS (
    SELECT
        authority_code,
        assessment_id,
        child_id,
        own_team_code,
        start_date,
        in_time_until,
        end_date_or_open(authorised_date) AS authorised_date,
        cast(NULL AS VARCHAR) AS only_month
    FROM warehouse.fct_assessment
    UNION ALL
    SELECT
        listed.authority_code,
        listed.assessment_id,
        listed.child_id,
        cast(NULL AS VARCHAR) AS own_team_code,
        listed.start_date,
        due_dates.in_time_until,
        end_date_or_open(listed.authorised_date) AS authorised_date,
        listed.reporting_month AS only_month
    FROM core.listed_assessment AS listed
    INNER JOIN warehouse.dim_timescale AS timescales
        ON
            listed.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'assessment'
            AND listed.start_date >= timescales.from_date
            AND listed.start_date < timescales.until_date
    INNER JOIN warehouse.dim_due_date AS due_dates USING (start_date, length, unit)
),

months AS (
    SELECT
        covered.authority_code,
        covered.reporting_month,
        covered.month_end,
        covered.month_end_number,
        listed_months.reporting_month AS listed_month
    FROM warehouse.dim_covered_month AS covered
    LEFT JOIN warehouse.month_end_list_month AS listed_months
        ON
            covered.authority_code = listed_months.authority_code
            AND covered.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'assessment'
),

overdue AS (
    SELECT
        assessments.*,
        months.reporting_month,
        months.month_end,
        months.month_end_number - started.working_day_number AS working_days
    FROM assessments
    INNER JOIN warehouse.dim_calendar AS started ON assessments.start_date = started.calendar_date
    INNER JOIN months
        ON
            assessments.authority_code = months.authority_code
            AND coalesce(assessments.only_month, '') = coalesce(months.listed_month, '')
            AND assessments.start_date <= months.month_end
            AND assessments.authorised_date > months.month_end
            AND assessments.in_time_until < months.month_end
)

SELECT
    overdue.authority_code,
    overdue.assessment_id,
    overdue.child_id,
    coalesce(overdue.own_team_code, child_teams.team_code, 'unallocated') AS team_code,
    overdue.reporting_month,
    overdue.working_days
FROM overdue
LEFT JOIN core.child AS children USING (authority_code, child_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        overdue.authority_code = child_teams.authority_code
        AND overdue.child_id = child_teams.child_id
        AND overdue.month_end >= child_teams.from_date
WHERE end_date_or_open(children.death_date) > overdue.month_end
