-- One row a KPI and value that occurs, with its rating against the KPI's target; a KPI without one has no row.
WITH figures AS (
    SELECT
        kpi_id,
        value
    FROM warehouse.fct_kpi_month
    UNION
    SELECT
        kpi_id,
        value
    FROM warehouse.fct_kpi_window
),

targets AS (
    SELECT
        kpi_id,
        rag_sign,
        rag_sign * green_from AS green_from,
        rag_sign * amber_from AS amber_from
    FROM warehouse.dim_kpi
)

SELECT
    figures.kpi_id,
    figures.value,
    CASE
        WHEN targets.rag_sign * figures.value >= targets.green_from THEN 'green'
        WHEN targets.rag_sign * figures.value >= targets.amber_from THEN 'amber'
        ELSE 'red'
    END AS rag
FROM figures
INNER JOIN targets ON figures.kpi_id = targets.kpi_id
WHERE figures.value IS NOT NULL AND targets.green_from IS NOT NULL
