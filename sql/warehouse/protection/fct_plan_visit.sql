-- One row a child protection visit at which the child was seen in person under a plan of the authority's own.
-- grain: authority_code, visit_id
WITH visits AS (
    SELECT visits.*
    FROM core.visit AS visits
    SEMI JOIN core.cp_plan AS plans
        ON
            visits.authority_code = plans.authority_code
            AND visits.child_id = plans.child_id
            AND visits.visit_date >= plans.start_date
            AND visits.visit_date <= end_date_or_open(plans.end_date)
            AND NOT plans.is_of_another_authority
    WHERE visits.kind = 'cp_visit' AND visits.is_seen AND visits.is_in_person AND visits.visit_date <= $as_of
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
        WHEN birthday(children.birth_date, 18) <= visits.visit_date THEN 'aged 18 or over'
        WHEN children.death_date < visits.visit_date THEN 'after the death'
    END AS excluded_because
FROM visits
LEFT JOIN core.child AS children USING (authority_code, child_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        visits.authority_code = child_teams.authority_code
        AND visits.child_id = child_teams.child_id
        AND visits.visit_date >= child_teams.from_date
