-- Every record that counts is of one category, and every category is declared in the KPI's YAML.
SELECT
    months.authority_code,
    months.reporting_month,
    months.kpi_id,
    months.team_code
FROM snapshots.kpi_month AS months
INNER JOIN warehouse.dim_kpi AS kpis ON months.kpi_id = kpis.kpi_id
WHERE months.category IS NOT NULL AND months.unit = 'percent' AND NOT kpis.categories_overlap
GROUP BY months.authority_code, months.reporting_month, months.kpi_id, months.team_code
HAVING sum(months.numerator) <> max(months.denominator)
