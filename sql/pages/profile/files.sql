-- One row a file that was read: what became of its rows.
SELECT
    reconciliation.file_name,
    string_agg(reconciliation.table_name, ', ' ORDER BY reconciliation.table_name) AS tables,
    cast(sum(reconciliation.rows_read) AS BIGINT) AS rows_read,
    cast(sum(reconciliation.rows_staged) AS BIGINT) AS rows_staged,
    cast(sum(reconciliation.rows_refused) AS BIGINT) AS rows_refused
FROM reconciliation
GROUP BY reconciliation.file_name
ORDER BY reconciliation.file_name
