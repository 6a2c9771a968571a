-- What is shown of a KPI with categories are those of its YAML: a record of another would count nowhere.
SELECT
    counted.kpi_id,
    counted.category
FROM warehouse.fct_kpi_team_month_before_unread AS counted
INNER JOIN reference.kpi_category AS of_kpi ON counted.kpi_id = of_kpi.kpi_id AND of_kpi.display_order = 1
LEFT JOIN reference.kpi_category AS declared
    ON counted.kpi_id = declared.kpi_id AND counted.category = declared.category
WHERE counted.numerator IS NOT NULL AND declared.category IS NULL
