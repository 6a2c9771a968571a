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

targets AS (
    SELECT
        kpi_id,
        title,
        unit,
        rag_sign * green_from AS green_from,
        rag_sign * amber_from AS amber_from,
        rag_sign
    FROM warehouse.dim_kpi
)

SELECT
    figures.authority_code,
    figures.reporting_month,
    figures.first_month,
    figures.kpi_id,
    targets.title,
    figures.team_code,
    figures.numerator,
    figures.denominator,
    figures.value,
    targets.unit,
    figures.mean_of_months,
    figures.base_month,
    figures.base_value,
    figures.change,
    figures.change_percent,
    CASE
        WHEN figures.value IS NULL OR targets.green_from IS NULL THEN 'not rated'
        WHEN targets.rag_sign * figures.value >= targets.green_from THEN 'green'
        WHEN targets.rag_sign * figures.value >= targets.amber_from THEN 'amber'
        ELSE 'red'
    END AS rag
FROM figures
INNER JOIN targets ON figures.kpi_id = targets.kpi_id
