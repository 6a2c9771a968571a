-- One row a child and day on which an initial conference of the authority's own was held, however often it was
-- recorded. led_to_plan: null where no record says.
-- grain: authority_code, child_id, conference_date
WITH conferences AS (
    SELECT
        authority_code,
        child_id,
        conference_date,
        min(conference_id) AS conference_id,
        min(team_code) AS team_code,
        bool_or(led_to_plan) AS led_to_plan
    FROM core.initial_conference
    WHERE NOT is_transfer_in AND conference_date IS NOT NULL
    GROUP BY authority_code, child_id, conference_date
)

SELECT
    conferences.authority_code,
    conferences.conference_id,
    conferences.child_id,
    conferences.conference_date,
    strftime(conferences.conference_date, '%Y-%m') AS reporting_month,
    coalesce(conferences.team_code, child_teams.team_code, 'unallocated') AS team_code,
    conferences.led_to_plan
FROM conferences
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        conferences.authority_code = child_teams.authority_code
        AND conferences.child_id = child_teams.child_id
        AND conferences.conference_date >= child_teams.from_date
