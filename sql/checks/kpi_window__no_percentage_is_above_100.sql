-- Who left in twelve months, and the days that they lost, are no part of those employed at the end.
WITH windows AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        window_months,
        unit,
        value
    FROM snapshots.kpi_window
),

kpis AS (
    SELECT
        kpi_id,
        measure
    FROM reference.kpi
)

SELECT
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.window_months
FROM windows
INNER JOIN kpis ON windows.kpi_id = kpis.kpi_id
WHERE windows.unit = 'percent' AND kpis.measure <> 'rolling' AND windows.value > 100
