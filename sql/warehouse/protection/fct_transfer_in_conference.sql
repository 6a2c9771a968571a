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
    conferences.conference_date <= due_dates.in_time_until AS is_in_time,
    CASE
        WHEN referrals.referral_date IS NULL THEN 'no referral date'
        WHEN conferences.conference_date < referrals.referral_date THEN 'held before the referral'
        WHEN notified.calendar_date IS NULL THEN 'referral outside the calendar'
    END AS excluded_because
FROM conferences
LEFT JOIN core.referral AS referrals USING (authority_code, referral_id)
LEFT JOIN warehouse.dim_timescale AS timescales
    ON
        conferences.authority_code = timescales.authority_code
        AND timescales.timescale_id = 'transfer_in_conference'
        AND referrals.referral_date >= timescales.from_date
        AND referrals.referral_date < timescales.until_date
LEFT JOIN warehouse.dim_calendar AS held ON conferences.conference_date = held.calendar_date
LEFT JOIN warehouse.dim_calendar AS notified ON referrals.referral_date = notified.calendar_date
LEFT JOIN warehouse.dim_due_date AS due_dates
    ON
        referrals.referral_date = due_dates.start_date
        AND timescales.length = due_dates.length
        AND timescales.unit = due_dates.unit
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        conferences.authority_code = child_teams.authority_code
        AND conferences.child_id = child_teams.child_id
        AND conferences.conference_date >= child_teams.from_date
