SELECT
    coverage.kpi_id,
    coverage.authority_code,
    coverage.reporting_month,
    coverage.month_number,
    coverage.sources
FROM exact.warehouse.fct_kpi_coverage AS coverage
SEMI JOIN disclosure.rounded AS public_months
    ON
        coverage.kpi_id = public_months.kpi_id
        AND coverage.authority_code = public_months.authority_code
        AND coverage.month_number = public_months.month_number
        AND public_months.window_months = 1
