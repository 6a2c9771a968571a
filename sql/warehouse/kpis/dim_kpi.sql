-- One row a KPI of the register.
-- grain: kpi_id
SELECT
    kpi_id,
    title,
    unit,
    direction,
    measure,
    uncertainty,
    section
FROM reference.kpi
