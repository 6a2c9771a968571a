-- One row an authority, KPI, geography and year of a period that was over by the reporting month's end. A region and a
-- nation hold the authority: without_ is what they are without it, where both have their counts.
-- grain: authority_code, kpi_id, geography, year
WITH covered AS (
    SELECT DISTINCT
        kpi_id,
        authority_code
    FROM warehouse.fct_kpi_coverage
),

kpis AS (
    SELECT
        kpi.kpi_id,
        kpi.measure,
        units.scale
    FROM reference.kpi
    INNER JOIN reference.kpi_unit AS units ON kpi.unit = units.unit
),

benchmarks AS (
    SELECT
        covered.authority_code,
        covered.kpi_id,
        areas.geography,
        areas.area_code,
        areas.area_name,
        figures.year,
        last_day(make_date(figures.year, statistics.end_month, 1)) AS period_end,
        statistics.months,
        kpis.measure,
        kpis.scale,
        figures.numerator,
        figures.denominator,
        figures.published_value,
        figures.symbol,
        figures.source,
        statistics.basis_differs
    FROM covered
    INNER JOIN reference.benchmark_statistic AS statistics ON covered.kpi_id = statistics.kpi_id
    INNER JOIN kpis ON covered.kpi_id = kpis.kpi_id
    INNER JOIN warehouse.dim_benchmark_area AS areas ON covered.authority_code = areas.authority_code
    INNER JOIN core.benchmark_figure AS figures USING (statistic_id, area_code)
),

councils AS (
    SELECT
        areas.authority_code,
        councils.kpi_id,
        areas.geography,
        councils.year,
        councils.numerator,
        councils.denominator
    FROM warehouse.dim_benchmark_area AS areas
    INNER JOIN benchmarks AS councils ON areas.authority_code = councils.authority_code
    WHERE areas.geography <> 'council' AND councils.geography = 'council'
),

compared AS (
    SELECT
        benchmarks.*,
        benchmarks.numerator - councils.numerator AS without_numerator,
        benchmarks.denominator - councils.denominator AS without_denominator
    FROM benchmarks
    LEFT JOIN councils USING (authority_code, kpi_id, geography, year)
    WHERE benchmarks.period_end <= $as_of
)

SELECT
    authority_code,
    kpi_id,
    geography,
    area_code,
    area_name,
    year,
    CASE WHEN months > 0 THEN date_add(last_day(date_add(period_end, -to_months(months))), 1) END AS period_start,
    period_end,
    numerator,
    denominator,
    CASE
        WHEN published_value IS NOT NULL THEN published_value
        WHEN symbol IS NULL THEN published_rate(numerator, denominator, scale)
    END AS value,
    symbol,
    without_numerator,
    without_denominator,
    CASE
        WHEN scale IS NULL THEN cast(without_numerator AS DOUBLE)
        ELSE published_rate(without_numerator, without_denominator, scale)
    END AS without_value,
    nullif(
        concat_ws(
            '; ',
            CASE
                WHEN measure = 'flow' OR period_end <> $as_of
                    THEN
                        CASE WHEN months > 0 THEN 'twelve months to ' ELSE 'on ' END
                        || strftime(period_end, '%-d %B %Y')
            END,
            CASE WHEN period_end < $as_of - INTERVAL 2 YEAR THEN 'more than two years old' END,
            basis_differs
        ),
        ''
    ) AS differs,
    source
FROM compared
