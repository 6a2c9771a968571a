-- One row a KPI of the whole authority: the reporting month beside its six-month window.
SELECT
    months.authority_code,
    months.title,
    months.unit,
    months.value,
    months.numerator,
    months.denominator,
    windows.value AS window_value,
    windows.numerator AS window_numerator,
    windows.denominator AS window_denominator,
    windows.base_month,
    windows.base_value,
    windows.change,
    windows.change_percent,
    kpi.green_from,
    months.rag,
    windows.rag AS window_rag
FROM kpi_month AS months
INNER JOIN kpi ON months.kpi_id = kpi.kpi_id
LEFT JOIN kpi_window AS windows
    ON
        months.authority_code = windows.authority_code
        AND months.reporting_month = windows.reporting_month
        AND months.kpi_id = windows.kpi_id
        AND windows.team_code IS NULL
WHERE months.reporting_month = $month AND months.team_code IS NULL
ORDER BY months.authority_code ASC, months.unit DESC, months.kpi_id ASC
