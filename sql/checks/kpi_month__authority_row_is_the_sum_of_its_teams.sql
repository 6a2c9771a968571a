WITH teams AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        category,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator
    FROM snapshots.kpi_month
    WHERE team_code IS NOT NULL
    GROUP BY authority_code, reporting_month, kpi_id, category
),

authorities AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        category,
        numerator,
        denominator
    FROM snapshots.kpi_month
    WHERE team_code IS NULL
)

SELECT
    teams.authority_code,
    teams.reporting_month,
    teams.kpi_id,
    teams.category
FROM teams
LEFT JOIN authorities
    ON
        teams.authority_code = authorities.authority_code
        AND teams.reporting_month = authorities.reporting_month
        AND teams.kpi_id = authorities.kpi_id
        AND coalesce(teams.category, '') = coalesce(authorities.category, '')
WHERE
    teams.numerator IS DISTINCT FROM authorities.numerator
    OR teams.denominator IS DISTINCT FROM authorities.denominator
