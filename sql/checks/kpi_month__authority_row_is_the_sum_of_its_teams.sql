WITH teams AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator
    FROM snapshots.kpi_month
    WHERE team_code IS NOT NULL
    GROUP BY authority_code, reporting_month, kpi_id
),

authorities AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        numerator,
        denominator
    FROM snapshots.kpi_month
    WHERE team_code IS NULL
)

SELECT
    teams.authority_code,
    teams.reporting_month,
    teams.kpi_id
FROM teams
LEFT JOIN authorities USING (authority_code, reporting_month, kpi_id)
WHERE
    teams.numerator IS DISTINCT FROM authorities.numerator
    OR teams.denominator IS DISTINCT FROM authorities.denominator
