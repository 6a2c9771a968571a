-- One row a rule, table and column, and a delivery in which it was tested, numbered within the span: a finding that is
-- not there is resolved only if somebody looked. What is noticed of a file is looked for wherever its table was
-- delivered.
-- grain: authority_code, source, table_name, rule_code, column_name, delivery_month
WITH results AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        rule_code,
        column_name,
        rule_code LIKE 'DLV-%' AS is_of_file
    FROM validation.rule_result
),

files AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name
    FROM validation.reconciliation
),

noticed AS (
    SELECT DISTINCT
        authority_code,
        source,
        table_name,
        rule_code,
        column_name,
        rule_code IN ('DLV-011', 'DLV-012') AS is_of_delivery
    FROM results
    WHERE is_of_file
),

tested AS (
    SELECT DISTINCT
        results.authority_code,
        results.source,
        results.delivery_month,
        results.table_name,
        results.rule_code,
        results.column_name
    FROM results
    WHERE NOT results.is_of_file
    UNION ALL
    SELECT DISTINCT
        noticed.authority_code,
        noticed.source,
        deliveries.delivery_month,
        noticed.table_name,
        noticed.rule_code,
        noticed.column_name
    FROM noticed
    INNER JOIN warehouse.dim_delivery AS deliveries USING (authority_code, source)
    LEFT JOIN files USING (authority_code, source, delivery_month, table_name)
    WHERE noticed.is_of_delivery OR files.table_name IS NOT NULL
)

SELECT
    tested.authority_code,
    tested.source,
    deliveries.span,
    tested.delivery_month,
    deliveries.month_end,
    tested.table_name,
    tested.rule_code,
    coalesce(tested.column_name, '') AS column_name,
    row_number() OVER (
        PARTITION BY
            tested.authority_code,
            tested.source,
            deliveries.span,
            tested.table_name,
            tested.rule_code,
            coalesce(tested.column_name, '')
        ORDER BY tested.delivery_month
    ) AS delivery_number,
    lead(tested.delivery_month) OVER (
        PARTITION BY
            tested.authority_code,
            tested.source,
            deliveries.span,
            tested.table_name,
            tested.rule_code,
            coalesce(tested.column_name, '')
        ORDER BY tested.delivery_month
    ) AS delivery_month_after
FROM tested
INNER JOIN warehouse.dim_delivery AS deliveries USING (authority_code, source, delivery_month)
