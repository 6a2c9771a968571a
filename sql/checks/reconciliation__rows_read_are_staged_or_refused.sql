SELECT
    authority_code,
    source,
    reporting_month,
    file_name
FROM snapshots.reconciliation
WHERE rows_read IS DISTINCT FROM rows_staged + rows_refused
