SELECT
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.window_months
FROM snapshots.kpi_window AS windows
INNER JOIN warehouse.dim_kpi AS kpis ON windows.kpi_id = kpis.kpi_id
WHERE (windows.value IS NULL OR kpis.uncertainty = 'none') != (windows.lower IS NULL)
