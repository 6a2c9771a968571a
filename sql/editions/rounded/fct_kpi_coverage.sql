SELECT
    coverage.kpi_id,
    coverage.authority_code,
    coverage.reporting_month,
    coverage.month_number,
    coverage.sources
FROM exact.warehouse.fct_kpi_coverage AS coverage
INNER JOIN disclosure.rounded AS public_months USING (kpi_id, authority_code, month_number)
WHERE public_months.window_months = 1
