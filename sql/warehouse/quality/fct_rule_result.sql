-- One row a delivery, table, column and rule: how many rows it looked at and in how many it was broken, whether the
-- delivery itself, due dates, another source or what was delivered before showed it.
-- grain: authority_code, source, reporting_month, table_name, column_name, rule_code, sentence, remedy
SELECT
    results.authority_code,
    results.source,
    results.reporting_month,
    results.table_name,
    results.column_name,
    results.rule_code,
    results.severity,
    results.consequence,
    results.sentence,
    results.remedy,
    cast(sum(results.rows_tested) AS BIGINT) AS rows_tested,
    cast(sum(results.rows_failed) AS BIGINT) AS rows_failed
FROM validation.rule_result AS results
GROUP BY ALL
UNION ALL
SELECT
    findings.authority_code,
    findings.source,
    findings.reporting_month,
    findings.table_name,
    findings.column_name,
    findings.rule_code,
    findings.severity,
    findings.consequence,
    findings.sentence,
    findings.remedy,
    findings.rows_tested,
    findings.rows_failed
FROM warehouse.fct_due_date_finding AS findings
UNION ALL
SELECT
    results.authority_code,
    results.source,
    results.reporting_month,
    results.table_name,
    results.column_name,
    results.rule_code,
    results.severity,
    results.consequence,
    results.sentence,
    results.remedy,
    results.rows_tested,
    results.rows_failed
FROM warehouse.fct_source_result AS results
UNION ALL
SELECT
    drifts.authority_code,
    drifts.source,
    drifts.reporting_month,
    drifts.table_name,
    drifts.column_name,
    drifts.rule_code,
    rules.severity,
    rules.consequence,
    rules.sentence,
    rules.remedy,
    drifts.rows_tested,
    drifts.rows_failed
FROM warehouse.fct_drift AS drifts
INNER JOIN reference.warehouse_rule AS rules ON drifts.rule_code = rules.rule_code
