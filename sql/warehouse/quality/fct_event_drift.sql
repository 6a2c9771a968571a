-- One row a table of a source with full history and a delivery: how many of its records are dated in the delivery's
-- own month, and between which numbers that was to be expected from the deliveries of the twelve months before, each
-- as it came: what is recorded late is late in all of them. The range is robust, and never narrower than chance makes
-- counts.
-- grain: authority_code, source, delivery_month, table_name
WITH deliveries AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        month_number
    FROM warehouse.dim_delivery
    WHERE history = 'full'
),

files AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name
    FROM validation.reconciliation
),

dated AS (
    SELECT DISTINCT
        authority_code,
        source,
        table_name
    FROM validation.profile
    WHERE column_name IS NULL AND event_month IS NOT NULL
),

own_counts AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        row_count
    FROM validation.profile
    WHERE column_name IS NULL AND event_month = reporting_month
),

counts AS (
    SELECT
        deliveries.*,
        files.table_name,
        coalesce(own_counts.row_count, 0) AS row_count
    FROM deliveries
    INNER JOIN files USING (authority_code, source, delivery_month)
    INNER JOIN dated USING (authority_code, source, table_name)
    LEFT JOIN own_counts USING (authority_code, source, delivery_month, table_name)
),

usual AS (
    SELECT
        *,
        count(*) OVER earlier AS months_before,
        median(row_count) OVER earlier AS expected,
        mad(row_count) OVER earlier AS deviation
    FROM counts
    WINDOW earlier AS (
        PARTITION BY authority_code, source, table_name
        ORDER BY month_number
        RANGE BETWEEN 12 PRECEDING AND 1 PRECEDING
    )
),

widths AS (
    SELECT
        usual.*,
        greatest(
            limits.range_width * 1.4826 * usual.deviation,
            limits.range_width * sqrt(usual.expected),
            limits.count_floor_percent * usual.expected / 100
        ) AS width
    FROM usual
    CROSS JOIN reference.drift_limit AS limits
    WHERE usual.months_before >= limits.fewest_months AND usual.expected >= limits.fewest_records
)

SELECT
    authority_code,
    source,
    delivery_month,
    table_name,
    row_count,
    cast(ceil(greatest(expected - width, 0)) AS BIGINT) AS fewest_expected,
    cast(floor(expected + width) AS BIGINT) AS most_expected
FROM widths
