-- One row a table and delivery that has one before it in its span: how many rows came, and between which numbers they
-- were to be expected. A table with full history grows: its usual growth is added to the delivery before. The range is
-- robust: the median of the twelve months before, and so many scaled median absolute deviations to either side of it.
-- grain: authority_code, source, delivery_month, table_name
WITH deliveries AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        span,
        history = 'own_month' AS is_of_own_month,
        month_number
    FROM warehouse.dim_delivery
),

tables AS (
    SELECT
        deliveries.authority_code,
        deliveries.source,
        deliveries.delivery_month,
        deliveries.month_number,
        deliveries.is_of_own_month,
        CASE WHEN deliveries.is_of_own_month THEN '' ELSE deliveries.span END AS span,
        files.table_name,
        files.rows_staged
    FROM deliveries
    INNER JOIN validation.reconciliation AS files
        ON
            deliveries.authority_code = files.authority_code
            AND deliveries.source = files.source
            AND deliveries.delivery_month = files.reporting_month
),

changes AS (
    SELECT
        *,
        lag(rows_staged) OVER earlier AS rows_before,
        CASE WHEN is_of_own_month THEN 0 ELSE lag(rows_staged) OVER earlier END AS base,
        rows_staged - CASE WHEN is_of_own_month THEN 0 ELSE lag(rows_staged) OVER earlier END AS change
    FROM tables
    WINDOW earlier AS (PARTITION BY authority_code, source, span, table_name ORDER BY month_number)
),

ranges AS (
    SELECT
        *,
        base + coalesce(median(change) OVER earlier, 0) AS expected,
        coalesce(mad(change) OVER earlier, 0) AS deviation
    FROM changes
    WINDOW earlier AS (
        PARTITION BY authority_code, source, span, table_name
        ORDER BY month_number
        RANGE BETWEEN 12 PRECEDING AND 1 PRECEDING
    )
),

widths AS (
    SELECT
        ranges.*,
        greatest(
            limits.range_width * 1.4826 * ranges.deviation,
            limits.size_floor_percent * ranges.expected / 100,
            limits.size_floor_rows
        ) AS width
    FROM ranges
    CROSS JOIN reference.drift_limit AS limits
    WHERE ranges.rows_before IS NOT NULL
)

SELECT
    authority_code,
    source,
    delivery_month,
    table_name,
    rows_staged,
    cast(ceil(greatest(expected - width, 0)) AS BIGINT) AS fewest_expected,
    cast(floor(expected + width) AS BIGINT) AS most_expected
FROM widths
