-- One row an authority and month: the newest estimate of the children who live there, of the middle of a year at or
-- before the month's end.
-- grain: authority_code, reporting_month
SELECT
    populations.authority_code,
    months.reporting_month,
    max(populations.year) AS year,
    arg_max(populations.population, populations.year) AS population
FROM warehouse.dim_month AS months
INNER JOIN reference.population AS populations ON months.month_end >= make_date(populations.year, 6, 30)
GROUP BY populations.authority_code, months.reporting_month
