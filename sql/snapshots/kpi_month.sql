WITH confidence_limits AS (
    SELECT
        uncertainty,
        scale,
        numerator,
        denominator,
        lower,
        upper
    FROM warehouse.confidence_interval
    WHERE base_numerator IS NULL
)

SELECT
    figures.authority_code,
    figures.reporting_month,
    month_end_of(figures.reporting_month) AS month_end,
    figures.kpi_id,
    kpis.title,
    level_of(figures.team_code) AS level,
    figures.team_code,
    figures.category,
    figures.numerator,
    figures.denominator,
    coalesce(undecided.undecided, 0) AS undecided,
    figures.value,
    figures.value_rounded,
    confidence_limits.lower,
    confidence_limits.upper,
    kpis.unit,
    targets.green_from AS target,
    rating(kpis.direction, figures.value_rounded, targets.green_from, targets.amber_from) AS rag,
    figures.sources
FROM warehouse.fct_kpi_month AS figures
INNER JOIN warehouse.dim_kpi AS kpis ON figures.kpi_id = kpis.kpi_id
LEFT JOIN warehouse.dim_target AS targets
    ON
        figures.kpi_id = targets.kpi_id
        AND figures.authority_code = targets.authority_code
        AND figures.reporting_month = targets.reporting_month
LEFT JOIN warehouse.fct_kpi_undecided AS undecided
    ON
        figures.kpi_id = undecided.kpi_id
        AND figures.authority_code = undecided.authority_code
        AND figures.reporting_month = undecided.reporting_month
        AND figures.team_code IS NOT DISTINCT FROM undecided.team_code
LEFT JOIN confidence_limits
    ON
        kpis.uncertainty = confidence_limits.uncertainty
        AND figures.scale IS NOT DISTINCT FROM confidence_limits.scale
        AND figures.numerator = confidence_limits.numerator
        AND figures.denominator IS NOT DISTINCT FROM confidence_limits.denominator
