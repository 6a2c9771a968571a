-- One row a KPI that the delivery gives: what was counted in the longest window up to the month, or in or at the end of
-- the month where there is none.
WITH counted AS (
    SELECT
        windows.kpi_id,
        windows.title,
        windows.first_month,
        windows.window_months,
        windows.numerator,
        windows.denominator,
        windows.undecided
    FROM snapshots.kpi_window AS windows
    WHERE windows.team_code IS NULL AND windows.reporting_month = $month
    UNION ALL
    SELECT
        months.kpi_id,
        months.title,
        months.reporting_month AS first_month,
        0 AS window_months,
        months.numerator,
        months.denominator,
        months.undecided
    FROM snapshots.kpi_month AS months
    WHERE months.team_code IS NULL AND months.reporting_month = $month
)

SELECT
    counted.kpi_id,
    counted.title,
    counted.first_month,
    counted.numerator,
    counted.denominator,
    counted.undecided,
    kpis.measure = 'stock' AS is_at_the_end
FROM counted
INNER JOIN snapshots.kpi AS kpis ON counted.kpi_id = kpis.kpi_id
QUALIFY row_number() OVER (PARTITION BY counted.kpi_id ORDER BY counted.window_months DESC) = 1
ORDER BY counted.title
