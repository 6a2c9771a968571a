-- Who left in twelve months, and the days that they lost, are no part of those employed at the end.
SELECT
    months.authority_code,
    months.reporting_month,
    months.kpi_id,
    months.team_code,
    months.category
FROM snapshots.kpi_month AS months
INNER JOIN reference.kpi AS kpis ON months.kpi_id = kpis.kpi_id
WHERE months.unit = 'percent' AND kpis.measure <> 'rolling' AND months.numerator > months.denominator
