-- One row a delivered table that figures may come from, as in core.delivered_table, and in which all could be read, but
-- for a few values, that decides which records count.
-- grain: authority_code, source, table_name, first_month
SELECT
    delivered.authority_code,
    delivered.source,
    delivered.table_name,
    delivered.first_month,
    delivered.last_month
FROM core.delivered_table AS delivered
WHERE NOT EXISTS (
    SELECT 1
    FROM warehouse.fct_unreadable_column AS unreadable
    WHERE
        delivered.authority_code = unreadable.authority_code
        AND delivered.last_month = unreadable.delivery_month
        AND delivered.table_name = unreadable.without_it
)
