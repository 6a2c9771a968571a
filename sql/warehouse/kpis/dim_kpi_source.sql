-- One row a KPI, authority and month that is covered, and the source from which it is counted: of a KPI all of whose
-- subjects come from one.
-- grain: kpi_id, authority_code, reporting_month
SELECT
    kpi_id,
    authority_code,
    reporting_month,
    string_split(sources, ', ')[1] AS source
FROM warehouse.fct_kpi_covered_month
