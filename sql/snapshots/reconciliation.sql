SELECT
    files.authority_code,
    files.source,
    files.reporting_month,
    files.file_name,
    files.table_name,
    files.encoding,
    files.rows_read,
    files.rows_staged,
    files.rows_refused
FROM validation.reconciliation AS files
