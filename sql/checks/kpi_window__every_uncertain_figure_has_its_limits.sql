WITH windows AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        window_months,
        value,
        lower
    FROM snapshots.kpi_window
),

kpis AS (
    SELECT
        kpi_id,
        uncertainty
    FROM warehouse.dim_kpi
)

SELECT
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.window_months
FROM windows
INNER JOIN kpis ON windows.kpi_id = kpis.kpi_id
WHERE (windows.value IS NULL OR kpis.uncertainty = 'none') != (windows.lower IS NULL)
