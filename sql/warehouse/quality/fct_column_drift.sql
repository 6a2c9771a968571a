-- One row a table that came in two deliveries one after the other, and a rule about its columns: how many were
-- compared, and which have gone, come or been renamed. Columns that no contract knows are counted: they have no name
-- here.
-- grain: authority_code, source, delivery_month, table_name, column_name, rule_code
WITH files AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name
    FROM validation.reconciliation
),

headings AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        column_name,
        rule_code = 'DLV-013' AS is_unknown
    FROM validation.rule_result
    WHERE rule_code IN ('DLV-013', 'DLV-014', 'DLV-017')
),

compared AS (
    SELECT
        deliveries.authority_code,
        deliveries.source,
        deliveries.delivery_month,
        deliveries.delivery_month_before,
        files.table_name
    FROM warehouse.dim_delivery AS deliveries
    INNER JOIN files
        ON
            deliveries.authority_code = files.authority_code
            AND deliveries.source = files.source
            AND deliveries.delivery_month = files.delivery_month
    INNER JOIN files AS files_before
        ON
            deliveries.authority_code = files_before.authority_code
            AND deliveries.source = files_before.source
            AND deliveries.delivery_month_before = files_before.delivery_month
            AND files.table_name = files_before.table_name
),

missing AS (
    SELECT *
    FROM headings
    WHERE NOT is_unknown
),

unknown AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        count(*) AS columns
    FROM headings
    WHERE is_unknown
    GROUP BY authority_code, source, delivery_month, table_name
),

gone AS (
    SELECT
        compared.*,
        missing.column_name
    FROM compared
    INNER JOIN missing
        ON
            compared.authority_code = missing.authority_code
            AND compared.source = missing.source
            AND compared.delivery_month = missing.delivery_month
            AND compared.table_name = missing.table_name
    LEFT JOIN missing AS missing_before
        ON
            compared.authority_code = missing_before.authority_code
            AND compared.source = missing_before.source
            AND compared.delivery_month_before = missing_before.delivery_month
            AND compared.table_name = missing_before.table_name
            AND missing.column_name = missing_before.column_name
    WHERE missing_before.column_name IS NULL
),

come_back AS (
    SELECT
        compared.*,
        missing_before.column_name
    FROM compared
    INNER JOIN missing AS missing_before
        ON
            compared.authority_code = missing_before.authority_code
            AND compared.source = missing_before.source
            AND compared.delivery_month_before = missing_before.delivery_month
            AND compared.table_name = missing_before.table_name
    LEFT JOIN missing
        ON
            compared.authority_code = missing.authority_code
            AND compared.source = missing.source
            AND compared.delivery_month = missing.delivery_month
            AND compared.table_name = missing.table_name
            AND missing_before.column_name = missing.column_name
    WHERE missing.column_name IS NULL
),

counted AS (
    SELECT
        compared.*,
        greatest(coalesce(unknown.columns, 0) - coalesce(unknown_before.columns, 0), 0) AS unknown_come
    FROM compared
    LEFT JOIN unknown
        ON
            compared.authority_code = unknown.authority_code
            AND compared.source = unknown.source
            AND compared.delivery_month = unknown.delivery_month
            AND compared.table_name = unknown.table_name
    LEFT JOIN unknown AS unknown_before
        ON
            compared.authority_code = unknown_before.authority_code
            AND compared.source = unknown_before.source
            AND compared.delivery_month_before = unknown_before.delivery_month
            AND compared.table_name = unknown_before.table_name
),

drifts AS (
    SELECT
        gone.authority_code,
        gone.source,
        gone.delivery_month,
        gone.table_name,
        gone.column_name,
        CASE WHEN counted.unknown_come > 0 THEN 'DRF-003' ELSE 'DRF-001' END AS rule_code,
        CASE
            WHEN counted.unknown_come > 0 THEN format('1 column gone, {:d} unknown come', counted.unknown_come)
            ELSE '1 column gone'
        END AS figure
    FROM gone
    INNER JOIN counted
        ON
            gone.authority_code = counted.authority_code
            AND gone.source = counted.source
            AND gone.delivery_month = counted.delivery_month
            AND gone.table_name = counted.table_name
    UNION ALL
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        column_name,
        'DRF-002' AS rule_code,
        '1 column back that was missing' AS figure
    FROM come_back
    UNION ALL
    SELECT
        counted.authority_code,
        counted.source,
        counted.delivery_month,
        counted.table_name,
        cast(NULL AS VARCHAR) AS column_name,
        'DRF-002' AS rule_code,
        format('{:d} unknown come', counted.unknown_come) AS figure
    FROM counted
    LEFT JOIN gone
        ON
            counted.authority_code = gone.authority_code
            AND counted.source = gone.source
            AND counted.delivery_month = gone.delivery_month
            AND counted.table_name = gone.table_name
    WHERE counted.unknown_come > 0 AND gone.table_name IS NULL
),

rules AS (
    SELECT rule_code
    FROM reference.warehouse_rule
    WHERE rule_code IN ('DRF-001', 'DRF-002', 'DRF-003')
)

SELECT
    authority_code,
    source,
    delivery_month,
    table_name,
    column_name,
    rule_code,
    cast(1 AS BIGINT) AS rows_tested,
    cast(1 AS BIGINT) AS rows_failed,
    figure
FROM drifts
UNION ALL
SELECT
    compared.authority_code,
    compared.source,
    compared.delivery_month,
    compared.table_name,
    cast(NULL AS VARCHAR) AS column_name,
    rules.rule_code,
    cast(1 AS BIGINT) AS rows_tested,
    cast(0 AS BIGINT) AS rows_failed,
    cast(NULL AS VARCHAR) AS figure
FROM compared
CROSS JOIN rules
LEFT JOIN drifts
    ON
        compared.authority_code = drifts.authority_code
        AND compared.source = drifts.source
        AND compared.delivery_month = drifts.delivery_month
        AND compared.table_name = drifts.table_name
        AND rules.rule_code = drifts.rule_code
WHERE drifts.rule_code IS NULL
