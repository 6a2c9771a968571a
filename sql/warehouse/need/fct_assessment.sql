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
        has_no_further_action,
        is_child_seen,
        row_number() OVER (
            PARTITION BY authority_code, referral_id
            ORDER BY
                coalesce(start_date, authorised_date) ASC NULLS LAST,
                authorised_date ASC NULLS LAST,
                team_code ASC NULLS LAST,
                assessment_id ASC
        ) AS position_in_referral
    FROM core.assessment
),

clocked AS (
    SELECT
        assessments.*,
        authorised.reporting_month,
        due.due_date,
        due.in_time_until,
        children.death_date,
        authorised.working_day_number - started.working_day_number AS working_days,
        CASE WHEN assessments.position_in_referral = 1 THEN referrals.referral_date END AS referral_date,
        coalesce(assessments.position_in_referral = 1 AND referrals.is_date_unread, false)
            AS is_referral_date_unread,
        CASE
            WHEN assessments.position_in_referral = 1 THEN authorised.working_day_number - referred.working_day_number
        END AS working_days_from_referral,
        referral_due.in_time_until AS in_time_from_referral_until,
        least(assessments.authorised_date, due.due_date) AS due_team_date,
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
    LEFT JOIN warehouse.dim_timescale AS timescales
        ON
            assessments.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'assessment'
            AND assessments.start_date >= timescales.from_date
            AND assessments.start_date < timescales.until_date
    LEFT JOIN core.referral AS referrals
        ON
            assessments.authority_code = referrals.authority_code
            AND assessments.referral_id = referrals.referral_id
    LEFT JOIN core.child AS children
        ON
            assessments.authority_code = children.authority_code
            AND assessments.child_id = children.child_id
    LEFT JOIN warehouse.dim_calendar AS started ON assessments.start_date = started.calendar_date
    LEFT JOIN warehouse.dim_calendar AS authorised ON assessments.authorised_date = authorised.calendar_date
    LEFT JOIN warehouse.dim_calendar AS referred ON referrals.referral_date = referred.calendar_date
    LEFT JOIN warehouse.dim_due_date AS due
        ON
            assessments.start_date = due.start_date
            AND timescales.length = due.length
            AND timescales.unit = due.unit
    LEFT JOIN warehouse.dim_timescale AS referral_timescales
        ON
            assessments.authority_code = referral_timescales.authority_code
            AND referral_timescales.timescale_id = 'assessment'
            AND referrals.referral_date >= referral_timescales.from_date
            AND referrals.referral_date < referral_timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS referral_due
        ON
            referrals.referral_date = referral_due.start_date
            AND referral_timescales.length = referral_due.length
            AND referral_timescales.unit = referral_due.unit
),

with_due_team AS (
    SELECT
        clocked.authority_code,
        clocked.assessment_id,
        coalesce(clocked.team_code, child_teams.team_code, 'unallocated') AS due_team_code
    FROM clocked
    ASOF LEFT JOIN core.child_team AS child_teams
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
    clocked.authorised_date,
    clocked.due_date,
    strftime(clocked.due_date, '%Y-%m') AS due_month,
    clocked.in_time_until,
    clocked.death_date,
    clocked.working_days,
    clocked.referral_date,
    clocked.is_referral_date_unread,
    clocked.working_days_from_referral,
    clocked.authorised_date <= clocked.in_time_from_referral_until AS is_in_time_from_referral,
    clocked.is_of_adult,
    clocked.has_no_further_action,
    clocked.is_child_seen,
    CASE
        WHEN clocked.excluded_because IS NULL THEN clocked.authorised_date <= clocked.in_time_until
    END AS is_in_time,
    clocked.excluded_because
FROM clocked
INNER JOIN with_due_team
    ON
        clocked.authority_code = with_due_team.authority_code
        AND clocked.assessment_id = with_due_team.assessment_id
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        clocked.authority_code = child_teams.authority_code
        AND clocked.child_id = child_teams.child_id
        AND clocked.authorised_date >= child_teams.from_date
