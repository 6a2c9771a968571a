-- One row a rule that fired on a table and column, what refuses first, with the first lines it fired on.
WITH lines AS (
    SELECT
        table_name,
        rule_code,
        coalesce(column_name, '') AS column_name,
        list(line ORDER BY line) FILTER (WHERE line IS NOT NULL) AS lines
    FROM finding
    GROUP BY table_name, rule_code, coalesce(column_name, '')
)

SELECT
    coalesce(reconciliation.file_name, rule_result.table_name) AS file_name,
    rule_result.rule_code,
    rule_result.column_name,
    rule_result.sentence,
    rule_result.remedy,
    rule_result.consequence,
    rule_result.severity,
    rule_result.rows_tested,
    rule_result.rows_failed,
    lines.lines[1:20] AS first_lines
FROM rule_result
LEFT JOIN reconciliation ON rule_result.table_name = reconciliation.table_name
LEFT JOIN lines
    ON
        rule_result.table_name = lines.table_name
        AND rule_result.rule_code = lines.rule_code
        AND coalesce(rule_result.column_name, '') = lines.column_name
WHERE rule_result.rows_failed > 0
ORDER BY
    CASE rule_result.consequence WHEN 'refuse_delivery' THEN 1 WHEN 'refuse_row' THEN 2 ELSE 3 END,
    CASE rule_result.severity WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
    file_name,
    rule_result.rule_code,
    rule_result.column_name
