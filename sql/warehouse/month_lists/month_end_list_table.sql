-- One row a table, or a column that some need of one, of a list that covers one month alone, an authority, and a
-- month that is taken from the list.
-- grain: authority_code, table_name, reporting_month
SELECT
    months.authority_code,
    needed.table_name,
    months.reporting_month
FROM warehouse.month_end_list_month AS months
INNER JOIN reference.subject_source AS needed
    ON months.subject = needed.subject AND months.source = needed.source
UNION
SELECT
    months.authority_code,
    needed.table_name,
    months.reporting_month
FROM warehouse.dim_looked_after_source AS months
INNER JOIN reference.looked_after_source AS needed ON months.source = needed.source
INNER JOIN reference.source AS sources ON months.source = sources.source
WHERE sources.history = 'own_month'
