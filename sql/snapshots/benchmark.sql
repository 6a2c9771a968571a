WITH benchmarks AS (
    SELECT
        authority_code,
        kpi_id,
        geography,
        area_code,
        area_name,
        year,
        period_start,
        period_end,
        numerator,
        denominator,
        value,
        symbol,
        without_numerator,
        without_denominator,
        without_value,
        differs,
        source
    FROM warehouse.fct_benchmark
),

kpis AS (
    SELECT
        kpi_id,
        title,
        unit
    FROM warehouse.dim_kpi
)

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
FROM benchmarks
INNER JOIN kpis ON benchmarks.kpi_id = kpis.kpi_id
