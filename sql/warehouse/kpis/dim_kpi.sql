-- One row a KPI of the register.
-- grain: kpi_id
SELECT
    kpi_id,
    title,
    unit,
    direction,
    measure,
    uncertainty,
    categories_overlap,
    section
FROM reference.kpi
