WITH figures AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        numerator,
        denominator,
        value
    FROM warehouse.fct_kpi_month
),

kpis AS (
    SELECT
        kpi_id,
        title,
        unit
    FROM warehouse.dim_kpi
),

ratings AS (
    SELECT
        kpi_id,
        value,
        rag
    FROM warehouse.dim_kpi_rating
)

SELECT
    figures.authority_code,
    figures.reporting_month,
    figures.kpi_id,
    kpis.title,
    figures.team_code,
    figures.numerator,
    figures.denominator,
    figures.value,
    kpis.unit,
    coalesce(ratings.rag, 'not rated') AS rag
FROM figures
INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
LEFT JOIN ratings
    ON
        figures.kpi_id = ratings.kpi_id
        AND figures.value = ratings.value
