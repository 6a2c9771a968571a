SELECT
    absences.authority_code,
    strftime($as_of, '%Y-%m') AS reporting_month,
    absences.kpi_id,
    kpis.title,
    absences.reason
FROM warehouse.fct_kpi_absence AS absences
INNER JOIN warehouse.dim_kpi AS kpis ON absences.kpi_id = kpis.kpi_id
