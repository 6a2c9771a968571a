-- One row a file: what became of its rows.
SELECT
    reconciliation.file_name,
    reconciliation.encoding,
    reconciliation.rows_read,
    reconciliation.rows_staged,
    reconciliation.rows_refused
FROM reconciliation
ORDER BY reconciliation.file_name
