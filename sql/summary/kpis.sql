-- One row a KPI of the whole authority: the reporting month, its six-month window and its change in twelve months.
SELECT
    months.authority_code,
    months.title,
    months.unit,
    months.value,
    months.numerator,
    months.denominator,
    kpi.measure,
    windows.value AS window_value,
    windows.numerator AS window_numerator,
    windows.denominator AS window_denominator,
    changes.base_month,
    changes.base_value,
    changes.change,
    changes.change_percent,
    months.target,
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
        AND windows.window_months <= 6
LEFT JOIN kpi_change AS changes
    ON
        months.authority_code = changes.authority_code
        AND months.reporting_month = changes.reporting_month
        AND months.kpi_id = changes.kpi_id
        AND changes.team_code IS NULL
        AND changes.comparator = 'same_month_last_year'
WHERE months.reporting_month = $month AND months.team_code IS NULL
ORDER BY months.authority_code ASC, kpi.measure ASC, months.unit DESC, months.kpi_id ASC
