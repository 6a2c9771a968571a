-- Who left in twelve months, and the days that they lost, are no part of those employed at the end.
SELECT
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.window_months
FROM snapshots.kpi_window AS windows
INNER JOIN reference.kpi AS kpis ON windows.kpi_id = kpis.kpi_id
WHERE windows.unit = 'percent' AND kpis.measure <> 'rolling' AND windows.value > 100
