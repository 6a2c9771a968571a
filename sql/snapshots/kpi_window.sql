WITH figures AS (
    SELECT
        authority_code,
        reporting_month,
        first_month,
        kpi_id,
        team_code,
        numerator,
        denominator,
        value,
        mean_of_months,
        base_month,
        base_value,
        change,
        change_percent
    FROM warehouse.fct_kpi_window
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
    figures.first_month,
    figures.kpi_id,
    kpis.title,
    figures.team_code,
    cast(figures.numerator AS DECIMAL(18, 2)) AS numerator,
    cast(figures.denominator AS DECIMAL(18, 2)) AS denominator,
    figures.value,
    kpis.unit,
    figures.mean_of_months,
    figures.base_month,
    cast(figures.base_value AS DECIMAL(18, 2)) AS base_value,
    cast(figures.change AS DECIMAL(18, 2)) AS change,
    figures.change_percent,
    coalesce(ratings.rag, 'not rated') AS rag
FROM figures
INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
LEFT JOIN ratings
    ON
        figures.kpi_id = ratings.kpi_id
        AND figures.value = ratings.value
