-- One row a thing that drifted in the month's deliveries, warnings first.
WITH looked_at AS (
    SELECT
        source,
        delivery_month
    FROM warehouse.delivery_in_scope
    WHERE authority_code = $authority
)

SELECT
    drifts.rule_code,
    drifts.source,
    drifts.reporting_month AS delivery_month,
    drifts.table_name,
    drifts.column_name,
    drifts.figure,
    rules.severity,
    rules.consequence,
    rules.sentence,
    rules.remedy
FROM warehouse.fct_drift AS drifts
INNER JOIN reference.warehouse_rule AS rules ON drifts.rule_code = rules.rule_code
LEFT JOIN looked_at
    ON
        drifts.source = looked_at.source
        AND drifts.reporting_month = looked_at.delivery_month
WHERE
    drifts.authority_code = $authority
    AND drifts.rows_failed > 0
    AND (looked_at.source IS NOT NULL OR drifts.rule_code = 'DRF-010')
ORDER BY
    drifts.rule_code <> 'DRF-010',
    CASE rules.severity WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
    drifts.rule_code,
    drifts.source,
    drifts.table_name,
    drifts.column_name
