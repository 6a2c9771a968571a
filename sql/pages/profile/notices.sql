-- One row a rule of the delivery's form, or that rejects rows, that fired on a file or column, the gravest first.
-- first_line: where it did.
WITH notices AS (
    SELECT
        coalesce(reconciliation.file_name, finding.table_name) AS file_name,
        finding.column_name,
        finding.rule_code,
        finding.consequence,
        finding.severity,
        any_value(rule_result.sentence) AS sentence,
        any_value(rule_result.remedy) AS remedy,
        count(*) AS findings,
        min(finding.line) AS first_line
    FROM finding
    INNER JOIN rule_result
        ON
            finding.table_name = rule_result.table_name
            AND finding.rule_code = rule_result.rule_code
            AND finding.column_name IS NOT DISTINCT FROM rule_result.column_name
    LEFT JOIN reconciliation ON finding.table_name = reconciliation.table_name
    WHERE starts_with(finding.rule_code, 'DLV-') OR finding.consequence = 'refuse_row'
    GROUP BY ALL
)

SELECT notices.*
FROM notices
ORDER BY
    CASE notices.consequence WHEN 'refuse_delivery' THEN 1 WHEN 'refuse_row' THEN 2 ELSE 3 END,
    CASE notices.severity WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
    notices.rule_code,
    notices.file_name,
    notices.column_name
