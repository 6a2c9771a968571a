-- One row a KPI, authority and month of which there is a figure: those that its tables cover, but none of a figure that
-- leaves out more at the reporting month than its limit allows.
-- grain: kpi_id, authority_code, reporting_month
SELECT
    covered.kpi_id,
    covered.authority_code,
    covered.reporting_month,
    covered.month_number,
    covered.sources
FROM warehouse.fct_kpi_covered_month AS covered
ANTI JOIN warehouse.fct_undecided_figure AS figures
    ON covered.kpi_id = figures.kpi_id AND covered.authority_code = figures.authority_code
