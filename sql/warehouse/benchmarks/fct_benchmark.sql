-- One row an authority, KPI, geography and year of a period that was over by the reporting month's end. Of other areas
-- no count stands beside a count. A region and a nation hold the authority: without_ is what they are without it, where
-- both have their counts. Neighbours are the plain mean of those with a figure, as the Department's tool shows them.
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

areas AS (
    SELECT
        authority_code,
        geography,
        area_code,
        area_name,
        NULL AS neighbour_code,
        NULL AS neighbour_count
    FROM warehouse.dim_benchmark_area
    UNION ALL
    SELECT
        authority_code,
        'neighbour' AS geography,
        area_code,
        strftime(cast(published_month || '-01' AS DATE), 'Statistical neighbours (%B %Y)') AS area_name,
        neighbour_code,
        neighbour_count
    FROM warehouse.dim_neighbour
),

every_benchmark AS (
    SELECT
        covered.authority_code,
        covered.kpi_id,
        areas.geography,
        areas.area_code,
        areas.area_name,
        areas.neighbour_code,
        areas.neighbour_count,
        figures.year,
        last_day(make_date(figures.year, statistics.end_month, 1)) AS period_end,
        statistics.months,
        kpis.measure,
        kpis.scale,
        figures.numerator,
        figures.denominator,
        CASE
            WHEN figures.published_value IS NOT NULL THEN figures.published_value
            WHEN figures.symbol IS NULL THEN published_rate(figures.numerator, figures.denominator, kpis.scale)
        END AS value,
        figures.symbol,
        figures.source,
        statistics.basis_differs
    FROM covered
    INNER JOIN reference.benchmark_statistic AS statistics ON covered.kpi_id = statistics.kpi_id
    INNER JOIN kpis ON covered.kpi_id = kpis.kpi_id
    INNER JOIN areas ON covered.authority_code = areas.authority_code
    INNER JOIN core.benchmark_figure AS figures USING (statistic_id, area_code)
    WHERE areas.geography = 'council' OR kpis.scale IS NOT NULL
),

of_neighbours AS (
    SELECT *
    FROM every_benchmark
    WHERE geography = 'neighbour' AND value IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY authority_code, kpi_id, year, neighbour_code ORDER BY area_code DESC
    ) = 1
),

neighbours AS (
    SELECT
        authority_code,
        kpi_id,
        'neighbours' AS geography,
        NULL AS area_code,
        any_value(area_name) AS area_name,
        year,
        period_end,
        months,
        measure,
        scale,
        NULL AS numerator,
        NULL AS denominator,
        published_ratio(sum(cast(value AS DECIMAL(18, 2))), count(*), 1) AS value,
        NULL AS symbol,
        string_agg(DISTINCT source, '; ' ORDER BY source) AS source,
        nullif(
            concat_ws(
                '; ',
                any_value(basis_differs),
                CASE
                    WHEN count(*) < any_value(neighbour_count)
                        THEN 'mean of ' || count(*) || ' of ' || any_value(neighbour_count) || ' neighbours'
                END
            ),
            ''
        ) AS basis_differs
    FROM of_neighbours
    GROUP BY authority_code, kpi_id, year, period_end, months, measure, scale
),

benchmarks AS (
    SELECT * EXCLUDE (neighbour_code, neighbour_count)
    FROM every_benchmark
    WHERE geography <> 'neighbour'
    UNION ALL BY NAME
    SELECT *
    FROM neighbours
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
    value,
    symbol,
    without_numerator,
    without_denominator,
    published_rate(without_numerator, without_denominator, scale) AS without_value,
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
