-- One row a file of the deliveries that this month's figures come from, or that were made for it: what became of its
-- rows, and which rules fired. A finding about what is not a table (an unknown file, a refused delivery) has no rows.
WITH findings AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        table_name,
        coalesce(
            sum(rows_failed) FILTER (WHERE consequence = 'warn' AND NOT starts_with(rule_code, 'DRF-')), 0
        ) AS warnings,
        bool_or(consequence = 'refuse_delivery') AS is_delivery_refused,
        string_agg(DISTINCT rule_code, ', ' ORDER BY rule_code) AS rule_codes
    FROM finding_summary
    WHERE rows_failed > 0
    GROUP BY authority_code, source, reporting_month, table_name
),

shown AS (
    SELECT
        authority_code,
        source,
        reporting_month
    FROM delivery
    WHERE is_used OR reporting_month = $month
),

files AS (
    SELECT
        coalesce(rows.authority_code, findings.authority_code) AS authority_code,
        coalesce(rows.source, findings.source) AS source,
        coalesce(rows.reporting_month, findings.reporting_month) AS reporting_month,
        coalesce(rows.file_name, findings.table_name) AS file_name,
        rows.rows_read,
        rows.rows_staged,
        rows.rows_refused,
        findings.warnings,
        findings.is_delivery_refused,
        findings.rule_codes
    FROM reconciliation AS rows
    FULL OUTER JOIN findings
        ON
            rows.authority_code = findings.authority_code
            AND rows.source = findings.source
            AND rows.reporting_month = findings.reporting_month
            AND rows.table_name = findings.table_name
)

SELECT DISTINCT
    files.authority_code || '/' || files.source || '/' || files.reporting_month AS delivery,
    files.file_name,
    files.rows_read,
    files.rows_staged,
    files.rows_refused,
    files.warnings,
    files.is_delivery_refused,
    files.rule_codes
FROM files
INNER JOIN shown
    ON
        files.authority_code = shown.authority_code
        AND files.source = shown.source
        AND files.reporting_month = shown.reporting_month
ORDER BY delivery, files.file_name
