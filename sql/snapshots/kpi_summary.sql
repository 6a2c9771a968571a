-- The headline of each KPI of a whole authority, with all that is said of it in one row. Published figures are the
-- newest that are not after the month. KPIs of categories have a row a category in kpi_window.
WITH headlines AS (
    SELECT windows.*
    FROM snapshots.kpi_window AS windows
    ANTI JOIN reference.kpi_category AS categories ON windows.kpi_id = categories.kpi_id
    WHERE windows.level = 'authority' AND windows.is_headline
),

changes AS (
    SELECT
        authority_code,
        kpi_id,
        reporting_month,
        comparator,
        base_month,
        change,
        is_beyond_chance
    FROM snapshots.kpi_change
    WHERE level = 'authority' AND category IS NULL
),

published AS (
    SELECT
        headlines.authority_code,
        headlines.kpi_id,
        headlines.reporting_month,
        benchmarks.geography,
        max_by(benchmarks.value, benchmarks.year) AS value,
        max(benchmarks.year) AS year
    FROM headlines
    INNER JOIN warehouse.fct_benchmark AS benchmarks
        ON
            headlines.authority_code = benchmarks.authority_code
            AND headlines.kpi_id = benchmarks.kpi_id
            AND headlines.month_end >= benchmarks.period_end
    WHERE benchmarks.value IS NOT NULL
    GROUP BY headlines.authority_code, headlines.kpi_id, headlines.reporting_month, benchmarks.geography
)

SELECT
    headlines.authority_code,
    headlines.reporting_month,
    headlines.month_end,
    headlines.kpi_id,
    headlines.title,
    kpis.section,
    kpis.direction,
    kpis.measure,
    headlines.window_months,
    headlines.numerator,
    headlines.denominator,
    headlines.undecided,
    headlines.value,
    headlines.value_rounded,
    headlines.unit,
    headlines.target,
    headlines.rag,
    last_month.change AS month_change,
    last_year.base_month AS year_base_month,
    last_year.change AS year_change,
    last_year.is_beyond_chance AS is_year_change_beyond_chance,
    verdict_of_change(kpis.direction, last_year.change, last_year.is_beyond_chance) AS year_verdict,
    regions.value AS region_value,
    nations.value AS england_value,
    neighbours.value AS neighbours_value,
    greatest(regions.year, nations.year, neighbours.year) AS published_year
FROM headlines
INNER JOIN warehouse.dim_kpi AS kpis ON headlines.kpi_id = kpis.kpi_id
LEFT JOIN changes AS last_month
    ON
        headlines.authority_code = last_month.authority_code
        AND headlines.kpi_id = last_month.kpi_id
        AND headlines.reporting_month = last_month.reporting_month
        AND last_month.comparator = 'last_month'
LEFT JOIN changes AS last_year
    ON
        headlines.authority_code = last_year.authority_code
        AND headlines.kpi_id = last_year.kpi_id
        AND headlines.reporting_month = last_year.reporting_month
        AND last_year.comparator = 'same_month_last_year'
LEFT JOIN published AS regions
    ON
        headlines.authority_code = regions.authority_code
        AND headlines.kpi_id = regions.kpi_id
        AND headlines.reporting_month = regions.reporting_month
        AND regions.geography = 'region'
LEFT JOIN published AS nations
    ON
        headlines.authority_code = nations.authority_code
        AND headlines.kpi_id = nations.kpi_id
        AND headlines.reporting_month = nations.reporting_month
        AND nations.geography = 'nation'
LEFT JOIN published AS neighbours
    ON
        headlines.authority_code = neighbours.authority_code
        AND headlines.kpi_id = neighbours.kpi_id
        AND headlines.reporting_month = neighbours.reporting_month
        AND neighbours.geography = 'neighbours'
