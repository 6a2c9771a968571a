WITH files AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        file_name,
        rows_read,
        rows_staged,
        rows_refused
    FROM snapshots.reconciliation
)

SELECT
    authority_code,
    source,
    reporting_month,
    file_name
FROM files
WHERE rows_read IS DISTINCT FROM rows_staged + rows_refused
