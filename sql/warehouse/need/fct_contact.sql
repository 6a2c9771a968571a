-- One row a contact about a child that has a day. became_referral: the child was referred on that day or in the seven
-- after it, the last of which is due_date.
-- grain: authority_code, contact_id
WITH contacts AS (
    SELECT
        authority_code,
        contact_id,
        child_id,
        contact_date,
        cast(contact_date + INTERVAL 7 DAY AS DATE) AS due_date
    FROM core.contact
    WHERE contact_date IS NOT NULL
),

referred AS (
    SELECT DISTINCT
        contacts.authority_code,
        contacts.contact_id
    FROM contacts
    INNER JOIN core.referral AS referrals
        ON
            contacts.authority_code = referrals.authority_code
            AND contacts.child_id = referrals.child_id
            AND contacts.contact_date <= referrals.referral_date
            AND contacts.due_date >= referrals.referral_date
)

SELECT
    contacts.authority_code,
    contacts.contact_id,
    contacts.child_id,
    contacts.contact_date,
    strftime(contacts.contact_date, '%Y-%m') AS reporting_month,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    contacts.due_date,
    strftime(contacts.due_date, '%Y-%m') AS due_month,
    coalesce(due_teams.team_code, 'unallocated') AS due_team_code,
    referred.contact_id IS NOT NULL AS became_referral
FROM contacts
LEFT JOIN referred USING (authority_code, contact_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        contacts.authority_code = child_teams.authority_code
        AND contacts.child_id = child_teams.child_id
        AND contacts.contact_date >= child_teams.from_date
ASOF LEFT JOIN core.child_team AS due_teams
    ON
        contacts.authority_code = due_teams.authority_code
        AND contacts.child_id = due_teams.child_id
        AND contacts.due_date >= due_teams.from_date
