-- One row an assessment. Its clock runs from its start to its authorisation; the month is that of the
-- authorisation, and due_month that of the last day in time. The first assessment of a referral has a clock from the
-- referral too; one whose start is not known has its place by its authorisation.
-- grain: authority_code, assessment_id
WITH assessments AS (
    SELECT
        authority_code,
        assessment_id,
        child_id,
        referral_id,
        team_code,
        start_date,
        authorised_date,
        row_number() OVER (
            PARTITION BY authority_code, referral_id
            ORDER BY
                coalesce(start_date, authorised_date) ASC NULLS LAST,
                authorised_date ASC NULLS LAST,
                team_code ASC NULLS LAST,
                assessment_id ASC
        ) AS place_in_referral
    FROM core.assessment
),

referrals AS (
    SELECT
        authority_code,
        referral_id,
        referral_date
    FROM core.referral
),

children AS (
    SELECT
        authority_code,
        child_id,
        birth_date,
        death_date
    FROM core.child
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
),

calendar AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
),

working_days AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
    WHERE is_working_day
),

timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'assessment'
),

clocked AS (
    SELECT
        assessments.authority_code,
        assessments.assessment_id,
        assessments.child_id,
        assessments.team_code,
        assessments.start_date,
        assessments.authorised_date,
        authorised.reporting_month,
        started.working_day_number AS start_number,
        due.calendar_date AS due_date,
        due.reporting_month AS due_month,
        children.death_date,
        authorised.working_day_number - started.working_day_number AS working_days,
        CASE WHEN assessments.place_in_referral = 1 THEN referrals.referral_date END AS referral_date,
        CASE
            WHEN assessments.place_in_referral = 1 THEN authorised.working_day_number - referred.working_day_number
        END AS working_days_from_referral,
        timescales.working_days AS limit_days,
        least(assessments.authorised_date, due.calendar_date) AS due_team_date,
        coalesce(
            children.birth_date <= coalesce(assessments.start_date, assessments.authorised_date) - INTERVAL 18 YEAR,
            false
        ) AS is_of_adult,
        CASE
            WHEN assessments.start_date IS NULL THEN 'no start date'
            WHEN assessments.authorised_date < assessments.start_date THEN 'authorised before it started'
            WHEN started.calendar_date IS NULL THEN 'started outside the calendar'
            WHEN children.birth_date <= assessments.start_date - INTERVAL 18 YEAR THEN 'of an adult'
        END AS excluded_because
    FROM assessments
    INNER JOIN timescales ON assessments.authority_code = timescales.authority_code
    LEFT JOIN referrals
        ON
            assessments.authority_code = referrals.authority_code
            AND assessments.referral_id = referrals.referral_id
    LEFT JOIN children
        ON
            assessments.authority_code = children.authority_code
            AND assessments.child_id = children.child_id
    LEFT JOIN calendar AS started ON assessments.start_date = started.calendar_date
    LEFT JOIN calendar AS authorised ON assessments.authorised_date = authorised.calendar_date
    LEFT JOIN calendar AS referred ON referrals.referral_date = referred.calendar_date
    LEFT JOIN working_days AS due ON started.working_day_number + timescales.working_days = due.working_day_number
),

with_due_team AS (
    SELECT
        clocked.authority_code,
        clocked.assessment_id,
        coalesce(clocked.team_code, child_teams.team_code, 'unallocated') AS due_team_code
    FROM clocked
    ASOF LEFT JOIN child_teams
        ON
            clocked.authority_code = child_teams.authority_code
            AND clocked.child_id = child_teams.child_id
            AND clocked.due_team_date >= child_teams.from_date
)

SELECT
    clocked.authority_code,
    clocked.assessment_id,
    clocked.child_id,
    clocked.team_code AS own_team_code,
    coalesce(clocked.team_code, child_teams.team_code, 'unallocated') AS team_code,
    with_due_team.due_team_code,
    clocked.reporting_month,
    clocked.start_date,
    clocked.start_number,
    clocked.authorised_date,
    clocked.due_date,
    clocked.due_month,
    clocked.death_date,
    clocked.working_days,
    clocked.referral_date,
    clocked.working_days_from_referral,
    clocked.limit_days,
    clocked.is_of_adult,
    CASE
        WHEN clocked.excluded_because IS NULL THEN clocked.working_days <= clocked.limit_days
    END AS is_in_time,
    clocked.excluded_because
FROM clocked
INNER JOIN with_due_team
    ON
        clocked.authority_code = with_due_team.authority_code
        AND clocked.assessment_id = with_due_team.assessment_id
ASOF LEFT JOIN child_teams
    ON
        clocked.authority_code = child_teams.authority_code
        AND clocked.child_id = child_teams.child_id
        AND clocked.authorised_date >= child_teams.from_date
