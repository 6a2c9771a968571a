WITH figures AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        scale,
        numerator,
        denominator,
        value,
        shown,
        sources
    FROM warehouse.fct_kpi_month
),

kpis AS (
    SELECT
        kpi_id,
        title,
        unit,
        direction,
        uncertainty
    FROM warehouse.dim_kpi
),

targets AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        green_from,
        amber_from
    FROM warehouse.dim_target
),

intervals AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        lower,
        upper
    FROM warehouse.dim_uncertainty
    WHERE base_numerator IS NULL
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
    figures.shown,
    intervals.lower,
    intervals.upper,
    kpis.unit,
    targets.green_from AS target,
    rating(kpis.direction, figures.shown, targets.green_from, targets.amber_from) AS rag,
    figures.sources
FROM figures
INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
LEFT JOIN targets
    ON
        figures.kpi_id = targets.kpi_id
        AND figures.authority_code = targets.authority_code
        AND figures.reporting_month = targets.reporting_month
LEFT JOIN intervals
    ON
        kpis.uncertainty = intervals.uncertainty
        AND figures.scale IS NOT DISTINCT FROM intervals.scale
        AND figures.numerator = intervals.numerator
        AND figures.denominator IS NOT DISTINCT FROM intervals.denominator
