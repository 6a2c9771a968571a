SELECT
    breakdowns.authority_code,
    breakdowns.reporting_month,
    breakdowns.window_months,
    breakdowns.kpi_id,
    kpis.title,
    breakdowns.dimension,
    breakdowns.group_code,
    breakdowns.numerator,
    breakdowns.denominator,
    breakdowns.value,
    kpis.unit,
    breakdowns.population,
    breakdowns.rate_ratio,
    breakdowns.lower,
    breakdowns.upper
FROM warehouse.fct_kpi_breakdown AS breakdowns
INNER JOIN warehouse.dim_kpi AS kpis ON breakdowns.kpi_id = kpis.kpi_id
