-- One row an authority, month and source all of whose tables about children looked after cover the month.
-- grain: authority_code, reporting_month, source
WITH tables AS (
    SELECT
        source,
        preference,
        count(*) AS tables
    FROM reference.looked_after_source
    GROUP BY source, preference
),

covered AS (
    SELECT
        delivered.authority_code,
        delivered.source,
        months.reporting_month,
        months.month_end,
        count(DISTINCT needed.table_name) AS tables
    FROM staging.delivered_table AS delivered
    INNER JOIN
        reference.looked_after_source AS needed
        ON delivered.source = needed.source AND delivered.table_name = needed.table_name
    INNER JOIN
        warehouse.dim_month AS months
        ON months.reporting_month BETWEEN delivered.first_month AND delivered.last_month
    GROUP BY delivered.authority_code, delivered.source, months.reporting_month, months.month_end
)

SELECT
    covered.authority_code,
    covered.reporting_month,
    covered.month_end,
    covered.source,
    tables.preference
FROM covered
INNER JOIN tables ON covered.source = tables.source AND covered.tables = tables.tables
