-- One row a KPI of which there is a headline figure in the month.
SELECT
    summaries.kpi_id,
    summaries.title,
    summaries.section,
    summaries.direction,
    summaries.unit,
    summaries.numerator,
    summaries.denominator,
    summaries.undecided,
    summaries.value_rounded,
    summaries.target,
    summaries.rag,
    windows.first_month
FROM snapshots.kpi_summary AS summaries
INNER JOIN snapshots.kpi_window AS windows
    ON
        summaries.authority_code = windows.authority_code
        AND summaries.kpi_id = windows.kpi_id
        AND summaries.reporting_month = windows.reporting_month
        AND windows.level = 'authority'
        AND windows.is_headline
WHERE summaries.authority_code = $authority AND summaries.reporting_month = $month
ORDER BY summaries.kpi_id
