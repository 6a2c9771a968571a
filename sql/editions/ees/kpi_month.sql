-- Figures of whole authorities that are on the list of local authorities, by month.
SELECT
    left(figures.reporting_month, 4) AS time_period,
    month_named(figures.reporting_month) AS time_identifier,
    'Local authority' AS geographic_level,
    'E92000001' AS country_code,
    'England' AS country_name,
    authorities.region_code,
    regions.area_name AS region_name,
    authorities.old_la_code,
    authorities.authority_code AS new_la_code,
    authorities.authority_name AS la_name,
    concat_ws(': ', figures.title, categories.label) AS kpi,
    ees_count(figures.numerator, figures.numerator_symbol) AS numerator,
    ees_count(figures.denominator, figures.denominator_symbol) AS denominator,
    ees_shown(figures.value_rounded, figures.value_rounded_symbol) AS figure,
    figures.unit
FROM kpi_month AS figures
INNER JOIN authority AS authorities ON figures.authority_code = authorities.authority_code
INNER JOIN benchmark_area AS regions ON authorities.region_code = regions.area_code
LEFT JOIN kpi_category AS categories
    ON figures.kpi_id = categories.kpi_id AND figures.category = categories.category
WHERE figures.team_code IS NULL
ORDER BY figures.reporting_month, new_la_code, kpi
