-- One row a KPI of the register.
SELECT
    kpi_id,
    title,
    unit,
    direction,
    measure,
    uncertainty
FROM reference.kpi
