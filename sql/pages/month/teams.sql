-- One row a team that has findings open, the most first; those about a file, which no team can fix, under no code.
WITH findings AS (
    SELECT
        coalesce(team_code, '') AS team_code,
        severity,
        consequence,
        status,
        days_open
    FROM warehouse.fct_finding
    WHERE authority_code = $authority
),

teams AS (
    SELECT
        team_code,
        count(*) FILTER (WHERE status IS DISTINCT FROM 'resolved') AS open_findings,
        count(*) FILTER (
            WHERE status IS DISTINCT FROM 'resolved' AND (severity = 'critical' OR consequence <> 'warn')
        ) AS errors,
        count(*) FILTER (WHERE status = 'new') AS new_findings,
        count(*) FILTER (WHERE status = 'resolved') AS resolved_findings,
        max(days_open) FILTER (WHERE status <> 'resolved') AS longest_days_open
    FROM findings
    GROUP BY team_code
),

whole AS (
    SELECT sum(open_findings) AS open_findings
    FROM teams
    WHERE team_code <> ''
)

SELECT
    teams.team_code,
    teams.open_findings,
    teams.errors,
    teams.new_findings,
    teams.resolved_findings,
    teams.longest_days_open,
    CASE WHEN teams.team_code <> '' THEN published_percent(teams.open_findings, whole.open_findings) END AS percent
FROM teams
CROSS JOIN whole
WHERE teams.open_findings > 0 OR teams.resolved_findings > 0
ORDER BY teams.team_code = '' ASC, teams.open_findings DESC, teams.team_code ASC
