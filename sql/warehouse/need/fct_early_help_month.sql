-- One row a child and month end at which an episode of early help is open for the child.
-- grain: authority_code, child_id, reporting_month
WITH children AS (
    SELECT DISTINCT
        episodes.authority_code,
        episodes.child_id,
        months.reporting_month,
        months.month_end
    FROM core.early_help AS episodes
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            episodes.authority_code = months.authority_code
            AND episodes.start_date <= months.month_end
            AND end_date_or_open(episodes.end_date) > months.month_end
)

SELECT
    children.authority_code,
    children.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    children.reporting_month,
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
