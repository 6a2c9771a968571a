WITH windows AS (
    SELECT
        authority_code,
        reporting_month,
        first_month,
        kpi_id,
        team_code,
        category,
        window_months,
        numerator,
        denominator
    FROM warehouse.fct_kpi_window
    WHERE window_months > 1
)

SELECT
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.category,
    windows.window_months
FROM windows
LEFT JOIN warehouse.fct_kpi_month AS months
    ON
        windows.kpi_id = months.kpi_id
        AND windows.authority_code = months.authority_code
        AND windows.team_code IS NOT DISTINCT FROM months.team_code
        AND windows.category IS NOT DISTINCT FROM months.category
        AND months.reporting_month BETWEEN windows.first_month AND windows.reporting_month
GROUP BY
    windows.authority_code,
    windows.reporting_month,
    windows.kpi_id,
    windows.team_code,
    windows.category,
    windows.window_months,
    windows.numerator,
    windows.denominator
HAVING
    sum(months.numerator) IS DISTINCT FROM windows.numerator
    OR sum(months.denominator) IS DISTINCT FROM windows.denominator
