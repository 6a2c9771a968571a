-- One row a transfer-in conference. Its clock runs from the referral by which the other authority's notification was
-- recorded.
-- grain: authority_code, conference_id
WITH conferences AS (
    SELECT
        authority_code,
        conference_id,
        child_id,
        referral_id,
        team_code,
        conference_date
    FROM core.initial_conference
    WHERE is_transfer_in
),

referrals AS (
    SELECT
        authority_code,
        referral_id,
        referral_date
    FROM core.referral
),

calendar AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
),

timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'transfer_in_conference'
)

SELECT
    conferences.authority_code,
    conferences.conference_id,
    conferences.child_id,
    coalesce(conferences.team_code, child_teams.team_code, 'unallocated') AS team_code,
    held.reporting_month,
    referrals.referral_date,
    conferences.conference_date,
    held.working_day_number - notified.working_day_number AS working_days,
    held.working_day_number - notified.working_day_number <= timescales.working_days AS is_in_time,
    CASE
        WHEN referrals.referral_date IS NULL THEN 'no referral date'
        WHEN conferences.conference_date < referrals.referral_date THEN 'held before the referral'
        WHEN notified.calendar_date IS NULL THEN 'referral outside the calendar'
    END AS excluded_because
FROM conferences
INNER JOIN timescales ON conferences.authority_code = timescales.authority_code
LEFT JOIN referrals
    ON
        conferences.authority_code = referrals.authority_code
        AND conferences.referral_id = referrals.referral_id
LEFT JOIN calendar AS held ON conferences.conference_date = held.calendar_date
LEFT JOIN calendar AS notified ON referrals.referral_date = notified.calendar_date
ASOF LEFT JOIN child_teams
    ON
        conferences.authority_code = child_teams.authority_code
        AND conferences.child_id = child_teams.child_id
        AND conferences.conference_date >= child_teams.from_date
