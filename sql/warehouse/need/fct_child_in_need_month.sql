-- One row a child and month end at which a referral of the child is open: of several the one that is open longest, then
-- by id. is_undecided: nothing that could be read says so.
-- grain: authority_code, child_id, reporting_month
WITH cases AS (
    SELECT
        referrals.authority_code,
        referrals.referral_id,
        referrals.child_id,
        CASE
            WHEN referrals.is_date_unread THEN least(referrals.close_date, first_days.first_day)
            ELSE referrals.referral_date
        END AS start_date,
        referrals.close_date AS end_date,
        referrals.is_undecided
    FROM core.referral AS referrals
    LEFT JOIN core.first_day AS first_days ON referrals.authority_code = first_days.authority_code
    WHERE referrals.close_date IS NOT NULL OR NOT coalesce(referrals.has_no_further_action, false)
),

children AS (
    SELECT
        cases.*,
        months.reporting_month,
        months.month_end
    FROM cases
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            cases.authority_code = months.authority_code
            AND cases.start_date <= months.month_end
            AND end_date_or_open(cases.end_date) > months.month_end
    QUALIFY row_number() OVER (
        PARTITION BY cases.authority_code, cases.child_id, months.reporting_month
        ORDER BY cases.is_undecided ASC, cases.start_date ASC, cases.referral_id ASC
    ) = 1
)

SELECT
    children.authority_code,
    children.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    children.reporting_month,
    children.month_end,
    children.referral_id,
    children.start_date,
    children.is_undecided,
    CASE
        WHEN known_children.death_date <= children.month_end THEN 'died'
        WHEN known_children.childhood_end <= children.month_end THEN 'aged 18 or over'
    END AS excluded_because
FROM children
LEFT JOIN core.child AS known_children USING (authority_code, child_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        children.authority_code = child_teams.authority_code
        AND children.child_id = child_teams.child_id
        AND children.month_end >= child_teams.from_date
