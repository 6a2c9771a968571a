-- One row a statistic, area and year: as delivered, else from the project's own few figures.
WITH every_figure AS (
    SELECT
        statistic_id,
        geographic_level,
        area_code,
        region_code,
        year,
        numerator,
        denominator,
        published_value,
        symbol,
        'delivered statistics' AS source,
        1 AS preference
    FROM core.published_figure
    UNION ALL
    SELECT
        statistic_id,
        geographic_level,
        area_code,
        region_code,
        cast(year AS INTEGER) AS year,
        cast(numerator AS DECIMAL(18, 2)) AS numerator,
        cast(denominator AS DECIMAL(18, 2)) AS denominator,
        cast(value AS DOUBLE) AS published_value,
        NULL AS symbol,
        source,
        2 AS preference
    FROM reference.benchmark
)

SELECT
    statistic_id,
    geographic_level,
    area_code,
    region_code,
    year,
    numerator,
    denominator,
    published_value,
    symbol,
    source
FROM every_figure
QUALIFY row_number() OVER (
    PARTITION BY statistic_id, area_code, year
    ORDER BY coalesce(published_value, denominator) IS NULL, preference
) = 1
