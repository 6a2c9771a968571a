-- One row a referral of a child that has a day. referral_before: the last day before it on which the child was
-- referred.
-- grain: authority_code, referral_id
WITH referrals AS (
    SELECT
        authority_code,
        referral_id,
        child_id,
        referral_date,
        team_code,
        source_code,
        has_no_further_action,
        max(referral_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY referral_date RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS referral_before
    FROM core.referral
    WHERE referral_date IS NOT NULL
)

SELECT
    referrals.authority_code,
    referrals.referral_id,
    referrals.child_id,
    referrals.referral_date,
    strftime(referrals.referral_date, '%Y-%m') AS reporting_month,
    coalesce(referrals.team_code, child_teams.team_code, 'unallocated') AS team_code,
    referrals.has_no_further_action,
    referrals.referral_before,
    coalesce(referrals.referral_before + INTERVAL 12 MONTH >= referrals.referral_date, false) AS is_rereferral,
    CASE
        WHEN starts_with(referrals.source_code, '1') AND referrals.source_code <> '10' THEN 'individual'
        WHEN referrals.source_code = '2A' THEN 'school'
        WHEN referrals.source_code = '2B' THEN 'education'
        WHEN starts_with(referrals.source_code, '3') THEN 'health'
        WHEN referrals.source_code = '4' THEN 'housing'
        WHEN starts_with(referrals.source_code, '5') THEN 'authority'
        WHEN referrals.source_code = '6' THEN 'police'
        WHEN referrals.source_code = '7' THEN 'legal'
        WHEN referrals.source_code = '8' THEN 'other'
        WHEN referrals.source_code = '9' THEN 'anonymous'
        ELSE 'unknown'
    END AS source_group,
    CASE WHEN birthday(children.birth_date, 18) <= referrals.referral_date THEN 'of an adult' END AS excluded_because
FROM referrals
LEFT JOIN core.child AS children
    ON referrals.authority_code = children.authority_code AND referrals.child_id = children.child_id
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        referrals.authority_code = child_teams.authority_code
        AND referrals.child_id = child_teams.child_id
        AND referrals.referral_date >= child_teams.from_date
