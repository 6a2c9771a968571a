-- One row a child protection visit at which the child was seen in person under a plan of the authority's own.
-- grain: authority_code, visit_id
WITH visits AS (
    SELECT
        authority_code,
        visit_id,
        child_id,
        visit_date,
        is_seen_alone
    FROM core.visit
    WHERE kind = 'cp_visit' AND is_seen AND is_in_person AND visit_date <= $as_of
),

plans AS (
    SELECT
        authority_code,
        child_id,
        start_date,
        coalesce(end_date, DATE '9999-12-31') AS end_date
    FROM core.cp_plan
    WHERE NOT is_of_another_authority
),

under_plan AS (
    SELECT DISTINCT
        visits.authority_code,
        visits.visit_id
    FROM visits
    INNER JOIN plans
        ON
            visits.authority_code = plans.authority_code
            AND visits.child_id = plans.child_id
            AND visits.visit_date >= plans.start_date
            AND visits.visit_date <= plans.end_date
),

children AS (
    SELECT
        authority_code,
        child_id,
        birth_date
    FROM core.child
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
)

SELECT
    visits.authority_code,
    visits.visit_id,
    visits.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    strftime(visits.visit_date, '%Y-%m') AS reporting_month,
    visits.visit_date,
    visits.is_seen_alone,
    CASE
        WHEN children.birth_date IS NULL THEN 'date of birth not known'
        WHEN children.birth_date + INTERVAL 4 YEAR > visits.visit_date THEN 'younger than four'
    END AS excluded_because
FROM visits
INNER JOIN under_plan
    ON
        visits.authority_code = under_plan.authority_code
        AND visits.visit_id = under_plan.visit_id
LEFT JOIN children
    ON
        visits.authority_code = children.authority_code
        AND visits.child_id = children.child_id
ASOF LEFT JOIN child_teams
    ON
        visits.authority_code = child_teams.authority_code
        AND visits.child_id = child_teams.child_id
        AND visits.visit_date >= child_teams.from_date
