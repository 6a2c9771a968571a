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
GROUP BY
    results.authority_code,
    results.source,
    results.reporting_month,
    results.table_name,
    results.column_name,
    results.rule_code,
    results.severity,
    results.consequence,
    results.sentence,
    results.remedy
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
