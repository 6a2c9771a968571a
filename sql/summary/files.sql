-- One row a file: what became of its rows, and how many findings refuse or warn.
WITH findings AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        table_name,
        coalesce(sum(rows_failed) FILTER (WHERE consequence = 'refuse_row'), 0) AS refusals,
        coalesce(sum(rows_failed) FILTER (WHERE consequence = 'warn'), 0) AS warnings,
        string_agg(DISTINCT rule_code, ', ' ORDER BY rule_code) AS rule_codes
    FROM finding_summary
    WHERE rows_failed > 0
    GROUP BY authority_code, source, reporting_month, table_name
)

SELECT
    findings.authority_code || '/' || findings.source || '/' || findings.reporting_month AS delivery,
    coalesce(files.file_name, findings.table_name) AS file_name,
    files.rows_read,
    files.rows_staged,
    files.rows_refused,
    findings.warnings,
    findings.rule_codes
FROM findings
LEFT JOIN reconciliation AS files
    ON
        findings.authority_code = files.authority_code
        AND findings.source = files.source
        AND findings.reporting_month = files.reporting_month
        AND findings.table_name = files.table_name
ORDER BY delivery, file_name
