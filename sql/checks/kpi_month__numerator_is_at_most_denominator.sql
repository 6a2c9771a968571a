-- Who left in twelve months, and the days that they lost, are no part of those employed at the end.
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        unit,
        numerator,
        denominator
    FROM snapshots.kpi_month
),

kpis AS (
    SELECT
        kpi_id,
        measure
    FROM reference.kpi
)

SELECT
    months.authority_code,
    months.reporting_month,
    months.kpi_id,
    months.team_code
FROM months
INNER JOIN kpis ON months.kpi_id = kpis.kpi_id
WHERE months.unit = 'percent' AND kpis.measure <> 'rolling' AND months.numerator > months.denominator
