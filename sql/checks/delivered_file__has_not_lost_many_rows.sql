-- consequence: hold
-- A source that holds its whole past at every delivery does not forget: an extract that is much shorter than the one
-- before has left something out.
WITH before AS (
    SELECT
        authority_code,
        source,
        table_name,
        max(reporting_month) AS reporting_month
    FROM snapshots.reconciliation
    WHERE reporting_month < strftime($as_of, '%Y-%m')
    GROUP BY authority_code, source, table_name
)

SELECT
    files.authority_code,
    concat(
        files.file_name,
        ' of ',
        files.reporting_month,
        ' has ',
        files.rows_read,
        ' rows, that of ',
        before.reporting_month,
        ' had ',
        earlier.rows_read
    ) AS detail
FROM snapshots.reconciliation AS files
INNER JOIN
    warehouse.dim_gate_need AS needs
    ON files.authority_code = needs.authority_code AND files.source = needs.source
INNER JOIN before
    ON
        files.authority_code = before.authority_code
        AND files.source = before.source
        AND files.table_name = before.table_name
INNER JOIN snapshots.reconciliation AS earlier
    ON
        before.authority_code = earlier.authority_code
        AND before.source = earlier.source
        AND before.table_name = earlier.table_name
        AND before.reporting_month = earlier.reporting_month
WHERE
    files.reporting_month = strftime($as_of, '%Y-%m')
    AND earlier.rows_read - files.rows_read > needs.rows_allowed
    AND 100 * (earlier.rows_read - files.rows_read) > needs.largest_loss_percent * earlier.rows_read
