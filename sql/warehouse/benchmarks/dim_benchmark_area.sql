-- One row an authority and geography: the areas whose published figures stand beside it, which are its own, its region
-- and England.
-- grain: authority_code, geography
WITH authorities AS (
    SELECT DISTINCT authority_code
    FROM warehouse.fct_kpi_coverage
),

local_figures AS (
    SELECT
        area_code,
        region_code
    FROM core.benchmark_figure
    WHERE geographic_level = 'Local authority'
),

nations AS (
    SELECT DISTINCT area_code
    FROM core.benchmark_figure
    WHERE geographic_level = 'National'
),

councils AS (
    SELECT
        authorities.authority_code,
        coalesce(others.benchmark_code, authorities.authority_code) AS area_code
    FROM authorities
    LEFT JOIN reference.benchmark_authority AS others ON authorities.authority_code = others.authority_code
),

areas AS (
    SELECT
        authority_code,
        'council' AS geography,
        area_code
    FROM councils
    UNION ALL
    SELECT
        councils.authority_code,
        'region' AS geography,
        max(local_figures.region_code) AS area_code
    FROM councils
    INNER JOIN local_figures ON councils.area_code = local_figures.area_code
    GROUP BY councils.authority_code
    UNION ALL
    SELECT
        councils.authority_code,
        'nation' AS geography,
        nations.area_code
    FROM councils
    CROSS JOIN nations
)

SELECT
    areas.authority_code,
    areas.geography,
    areas.area_code,
    names.area_name
FROM areas
LEFT JOIN reference.benchmark_area AS names ON areas.area_code = names.area_code
