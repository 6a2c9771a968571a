-- One row a delivery that the month is looked at by: what became of its rows.
WITH rows AS (
    SELECT
        source,
        reporting_month,
        sum(rows_read) AS rows_read,
        sum(rows_refused) AS rows_refused
    FROM snapshots.reconciliation
    WHERE authority_code = $authority
    GROUP BY source, reporting_month
),

statuses AS (
    SELECT
        source,
        reporting_month,
        bool_or(status = 'refused') AS is_refused
    FROM snapshots.delivery
    WHERE authority_code = $authority
    GROUP BY source, reporting_month
)

SELECT
    looked_at.source,
    sources.title,
    looked_at.delivery_month,
    statuses.is_refused,
    cast(coalesce(rows.rows_read, 0) AS BIGINT) AS rows_read,
    cast(coalesce(rows.rows_refused, 0) AS BIGINT) AS rows_refused
FROM warehouse.delivery_in_scope AS looked_at
INNER JOIN reference.source AS sources ON looked_at.source = sources.source
INNER JOIN statuses
    ON
        looked_at.source = statuses.source
        AND looked_at.delivery_month = statuses.reporting_month
LEFT JOIN rows
    ON
        looked_at.source = rows.source
        AND looked_at.delivery_month = rows.reporting_month
WHERE looked_at.authority_code = $authority
ORDER BY looked_at.source ASC, looked_at.delivery_month DESC
