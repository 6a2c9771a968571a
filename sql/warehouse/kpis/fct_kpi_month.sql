-- One row a KPI, authority and covered month (team_code null), and one a team that has anything to count
-- in it: of a KPI with categories one a category, each of all records that the team counts.
-- grain: kpi_id, authority_code, team_code, category, reporting_month
WITH kpis AS (
    SELECT
        kpi.kpi_id,
        units.scale
    FROM reference.kpi
    INNER JOIN reference.kpi_unit AS units ON kpi.unit = units.unit
),

covered AS (
    SELECT
        coverage.*,
        categories.category
    FROM warehouse.fct_kpi_coverage AS coverage
    LEFT JOIN reference.kpi_category AS categories ON coverage.kpi_id = categories.kpi_id
),

figures AS (
    SELECT
        coverage.kpi_id,
        coverage.authority_code,
        teams.team_code,
        teams.category,
        coverage.reporting_month,
        coverage.month_number,
        coverage.sources,
        coalesce(teams.numerator, 0) AS numerator,
        coalesce(teams.denominator, 0) AS denominator
    FROM warehouse.fct_kpi_coverage AS coverage
    INNER JOIN warehouse.fct_kpi_team_month AS teams USING (kpi_id, authority_code, reporting_month)
    WHERE teams.team_code IS NOT NULL
    UNION ALL
    SELECT
        coverage.kpi_id,
        coverage.authority_code,
        NULL AS team_code,
        coverage.category,
        coverage.reporting_month,
        coverage.month_number,
        coverage.sources,
        cast(coalesce(sum(teams.numerator), 0) AS DECIMAL(18, 2)) AS numerator,
        cast(coalesce(sum(teams.denominator), 0) AS DECIMAL(18, 2)) AS denominator
    FROM covered AS coverage
    LEFT JOIN warehouse.fct_kpi_team_month AS teams
        ON
            coverage.kpi_id = teams.kpi_id
            AND coverage.authority_code = teams.authority_code
            AND coverage.reporting_month = teams.reporting_month
            AND coalesce(coverage.category, '') = coalesce(teams.category, '')
    GROUP BY
        coverage.kpi_id,
        coverage.authority_code,
        coverage.category,
        coverage.reporting_month,
        coverage.month_number,
        coverage.sources
)

SELECT
    figures.kpi_id,
    figures.authority_code,
    figures.team_code,
    figures.category,
    figures.reporting_month,
    figures.month_number,
    figures.sources,
    kpis.scale,
    figures.numerator,
    CASE WHEN kpis.scale IS NOT NULL THEN figures.denominator END AS denominator,
    CASE
        WHEN kpis.scale IS NULL THEN cast(figures.numerator AS DOUBLE)
        ELSE kpis.scale * cast(figures.numerator AS DOUBLE) / cast(nullif(figures.denominator, 0) AS DOUBLE)
    END AS value,
    CASE
        WHEN kpis.scale IS NULL THEN cast(figures.numerator AS DOUBLE)
        ELSE cast(published_rate(figures.numerator, figures.denominator, kpis.scale) AS DOUBLE)
    END AS value_rounded
FROM figures
INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
