-- One row a column of codes of a table with full history and a delivery: Pearson's chi-squared of the records dated in
-- the delivery's own month against those of the deliveries of the twelve months before, each as it came (what is
-- filled in later, such as the reason of an end, is blank in all of them); the share that would have to change code;
-- and the code that moved most. Codes of which too few were to be expected are taken together; what was left blank is
-- a code here.
-- grain: authority_code, source, delivery_month, table_name, column_name
WITH deliveries AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        month_number
    FROM warehouse.dim_delivery
    WHERE history = 'full'
),

own_records AS (
    SELECT
        profile.authority_code,
        profile.source,
        profile.reporting_month AS delivery_month,
        deliveries.month_number,
        profile.table_name,
        profile.column_name,
        coalesce(profile.code, 'blank') AS code,
        profile.row_count
    FROM validation.profile AS profile
    INNER JOIN deliveries
        ON
            profile.authority_code = deliveries.authority_code
            AND profile.source = deliveries.source
            AND profile.reporting_month = deliveries.delivery_month
    WHERE profile.column_name IS NOT NULL AND profile.event_month = profile.reporting_month
),

codes AS (
    SELECT
        deliveries.authority_code,
        deliveries.source,
        deliveries.delivery_month,
        own_records.table_name,
        own_records.column_name,
        own_records.code,
        cast(
            coalesce(
                sum(own_records.row_count) FILTER (WHERE own_records.delivery_month = deliveries.delivery_month), 0
            ) AS BIGINT
        ) AS records,
        cast(
            coalesce(
                sum(own_records.row_count) FILTER (WHERE own_records.delivery_month < deliveries.delivery_month), 0
            ) AS BIGINT
        ) AS records_before
    FROM deliveries
    CROSS JOIN reference.drift_limit AS limits
    INNER JOIN own_records
        ON
            deliveries.authority_code = own_records.authority_code
            AND deliveries.source = own_records.source
            AND deliveries.month_number >= own_records.month_number
            AND deliveries.month_number - limits.months_before <= own_records.month_number
    GROUP BY ALL
),

missing AS (
    SELECT DISTINCT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        column_name
    FROM validation.rule_result
    WHERE rule_code IN ('DLV-014', 'DLV-017')
),

totals AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        column_name,
        cast(sum(records) AS BIGINT) AS records,
        cast(sum(records_before) AS BIGINT) AS records_before
    FROM codes
    GROUP BY authority_code, source, delivery_month, table_name, column_name
),

pooled AS (
    SELECT
        codes.authority_code,
        codes.source,
        codes.delivery_month,
        codes.table_name,
        codes.column_name,
        CASE WHEN count(*) = 1 THEN min(codes.code) ELSE 'other codes' END AS code,
        totals.records AS all_records,
        totals.records_before AS all_records_before,
        cast(sum(codes.records) AS BIGINT) AS records,
        cast(sum(codes.records_before) AS BIGINT) AS records_before
    FROM codes
    INNER JOIN totals USING (authority_code, source, delivery_month, table_name, column_name)
    LEFT JOIN missing USING (authority_code, source, delivery_month, table_name, column_name)
    CROSS JOIN reference.drift_limit AS limits
    WHERE
        missing.column_name IS NULL
        AND totals.records >= limits.fewest_records
        AND totals.records_before >= limits.fewest_records_before
    GROUP BY
        codes.authority_code,
        codes.source,
        codes.delivery_month,
        codes.table_name,
        codes.column_name,
        CASE
            WHEN
                totals.records * (codes.records + codes.records_before)
                >= limits.fewest_expected * (totals.records + totals.records_before)
                THEN codes.code
        END,
        totals.records,
        totals.records_before
),

cells AS (
    SELECT
        *,
        cast(100 * records AS DOUBLE) / all_records AS percent,
        cast(100 * records_before AS DOUBLE) / all_records_before AS percent_before,
        cast(all_records AS DOUBLE) * (records + records_before) / (all_records + all_records_before) AS expected,
        cast(all_records_before AS DOUBLE) * (records + records_before) / (all_records + all_records_before)
            AS expected_before
    FROM pooled
),

terms AS (
    SELECT
        *,
        cast(abs(percent - percent_before) AS DECIMAL(28, 9)) AS points,
        cast((records - expected) * (records - expected) / expected AS DECIMAL(28, 9)) AS in_terms,
        cast(
            (records_before - expected_before) * (records_before - expected_before) / expected_before
            AS DECIMAL(28, 9)
        ) AS in_terms_before
    FROM cells
)

SELECT
    authority_code,
    source,
    delivery_month,
    table_name,
    column_name,
    all_records AS records,
    all_records_before AS records_before,
    count(*) - 1 AS degrees_of_freedom,
    cast(sum(in_terms + in_terms_before) AS DECIMAL(28, 9)) AS chi_squared,
    cast(sum(points) / 2 AS DECIMAL(9, 2)) AS points_moved,
    arg_max(
        format('{:s} {:.1f}% of {:,d}, before {:.1f}%', code, percent, all_records, percent_before),
        (points, code)
    ) AS figure
FROM terms
GROUP BY authority_code, source, delivery_month, table_name, column_name, all_records, all_records_before
HAVING count(*) > 1
