-- One row a way to give uncertainty, numerator and denominator that occurs, alone or beside those of a base.
-- grain: uncertainty, scale, numerator, denominator, base_numerator, base_denominator
WITH kpis AS (
    SELECT
        kpi_id,
        uncertainty
    FROM warehouse.dim_kpi
    WHERE uncertainty <> 'none'
),

figures AS (
    SELECT
        kpi_id,
        scale,
        numerator,
        denominator,
        cast(NULL AS DECIMAL(18, 2)) AS base_numerator,
        cast(NULL AS DECIMAL(18, 2)) AS base_denominator
    FROM warehouse.fct_kpi_month
    UNION ALL
    SELECT
        kpi_id,
        scale,
        numerator,
        denominator,
        cast(NULL AS DECIMAL(18, 2)) AS base_numerator,
        cast(NULL AS DECIMAL(18, 2)) AS base_denominator
    FROM warehouse.fct_kpi_window
    UNION ALL
    SELECT
        kpi_id,
        scale,
        numerator,
        denominator,
        base_numerator,
        base_denominator
    FROM warehouse.fct_kpi_change
)

SELECT DISTINCT
    kpis.uncertainty,
    figures.scale,
    figures.numerator,
    figures.denominator,
    figures.base_numerator,
    figures.base_denominator
FROM figures
INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
WHERE coalesce(figures.denominator, 1) > 0 AND coalesce(figures.base_denominator, 1) > 0
ORDER BY ALL
