-- One row a finding and an unbroken run of deliveries that have it: from the first month to the last, and the delivery
-- in which it was gone, if any. A finding is the same over months by rule, column and record; one of a row without a
-- key can be counted, and not followed.
-- grain: authority_code, source, span, table_name, rule_code, column_name, record_key, first_month
WITH found AS (
    SELECT DISTINCT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        rule_code,
        coalesce(column_name, '') AS column_name,
        record_key
    FROM validation.finding
    WHERE record_key IS NOT NULL OR line IS NULL
),

numbered AS (
    SELECT
        rule_deliveries.authority_code,
        rule_deliveries.source,
        rule_deliveries.span,
        rule_deliveries.delivery_month,
        rule_deliveries.month_end,
        rule_deliveries.delivery_month_after,
        rule_deliveries.table_name,
        rule_deliveries.rule_code,
        rule_deliveries.column_name,
        found.record_key,
        rule_deliveries.delivery_number - row_number() OVER (
            PARTITION BY
                rule_deliveries.authority_code,
                rule_deliveries.source,
                rule_deliveries.span,
                rule_deliveries.table_name,
                rule_deliveries.rule_code,
                rule_deliveries.column_name,
                found.record_key
            ORDER BY rule_deliveries.delivery_number
        ) AS run_number
    FROM found
    INNER JOIN warehouse.dim_rule_delivery AS rule_deliveries
        USING (authority_code, source, delivery_month, table_name, rule_code, column_name)
)

SELECT
    authority_code,
    source,
    span,
    table_name,
    rule_code,
    column_name,
    record_key,
    min(delivery_month) AS first_month,
    min(month_end) AS first_month_end,
    max(delivery_month) AS last_month,
    CASE WHEN max(delivery_month_after) > max(delivery_month) THEN max(delivery_month_after) END AS resolved_month
FROM numbered
GROUP BY authority_code, source, span, table_name, rule_code, column_name, record_key, run_number
