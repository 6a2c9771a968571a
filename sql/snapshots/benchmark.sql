SELECT
    benchmarks.authority_code,
    benchmarks.kpi_id,
    kpis.title,
    benchmarks.geography,
    benchmarks.area_code,
    benchmarks.area_name,
    benchmarks.year,
    benchmarks.period_start,
    benchmarks.period_end,
    benchmarks.numerator,
    benchmarks.denominator,
    benchmarks.value,
    kpis.unit,
    benchmarks.symbol,
    benchmarks.without_numerator,
    benchmarks.without_denominator,
    benchmarks.without_value,
    benchmarks.differs,
    benchmarks.source
FROM warehouse.fct_benchmark AS benchmarks
INNER JOIN warehouse.dim_kpi AS kpis ON benchmarks.kpi_id = kpis.kpi_id
