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
FROM warehouse.fct_rule_result AS results
