-- One row a team that has findings open, the most first, and each of those who fix what no team can: 'export', 'HR',
-- 'survey'.
WITH findings AS (
    SELECT
        fct_finding.owner AS team_code,
        fct_finding.owner IN ('export', 'HR', 'survey') AS is_of_file,
        fct_finding.severity,
        fct_finding.consequence,
        fct_finding.status,
        fct_finding.days_open
    FROM warehouse.fct_finding
    WHERE fct_finding.authority_code = $authority
),

teams AS (
    SELECT
        team_code,
        bool_or(is_of_file) AS is_of_file,
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
    WHERE NOT is_of_file
)

SELECT
    teams.team_code,
    teams.is_of_file,
    teams.open_findings,
    teams.errors,
    teams.new_findings,
    teams.resolved_findings,
    teams.longest_days_open,
    CASE WHEN NOT teams.is_of_file THEN published_percent(teams.open_findings, whole.open_findings) END AS percent
FROM teams
CROSS JOIN whole
WHERE teams.open_findings > 0 OR teams.resolved_findings > 0
ORDER BY teams.is_of_file ASC, teams.open_findings DESC, teams.team_code ASC
