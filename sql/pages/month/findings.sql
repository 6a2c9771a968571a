-- One row a finding that is open, in the order in which it is fixed: what refuses first, then file by file and line
-- by line. Beside what two sources disagree about stands the other source's record.
WITH wording AS (
    SELECT
        source,
        reporting_month,
        table_name,
        column_name,
        rule_code,
        min(sentence) AS sentence,
        min(remedy) AS remedy
    FROM snapshots.finding_summary
    WHERE authority_code = $authority
    GROUP BY source, reporting_month, table_name, column_name, rule_code
),

files AS (
    SELECT
        source,
        reporting_month,
        table_name,
        file_name
    FROM snapshots.reconciliation
    WHERE authority_code = $authority
),

beside AS (
    SELECT
        disagreements.source,
        disagreements.delivery_month,
        disagreements.table_name,
        disagreements.rule_code,
        disagreements.line,
        format(
            '{:s}, line {:d}, {:s}',
            coalesce(files.file_name, disagreements.other_table_name),
            disagreements.other_line,
            left(cast(disagreements.other_key AS VARCHAR), 13)
        ) AS other_record
    FROM warehouse.fct_source_finding AS disagreements
    LEFT JOIN files
        ON
            disagreements.other_source = files.source
            AND disagreements.other_delivery_month = files.reporting_month
            AND disagreements.other_table_name = files.table_name
    WHERE disagreements.authority_code = $authority
)

SELECT
    findings.owner AS team_code,
    findings.source,
    findings.delivery_month,
    coalesce(files.file_name, findings.table_name) AS file_name,
    findings.table_name,
    findings.line,
    findings.column_name,
    findings.rule_code,
    findings.severity,
    findings.consequence,
    wording.sentence,
    wording.remedy,
    left(cast(findings.record_key AS VARCHAR), 13) AS record,
    left(cast(findings.child_id AS VARCHAR), 13) AS child,
    findings.first_month,
    findings.status,
    findings.days_open,
    beside.other_record
FROM warehouse.fct_finding AS findings
INNER JOIN wording
    ON
        findings.source = wording.source
        AND findings.delivery_month = wording.reporting_month
        AND findings.table_name = wording.table_name
        AND findings.column_name IS NOT DISTINCT FROM wording.column_name
        AND findings.rule_code = wording.rule_code
LEFT JOIN files
    ON
        findings.source = files.source
        AND findings.delivery_month = files.reporting_month
        AND findings.table_name = files.table_name
LEFT JOIN beside
    ON
        findings.source = beside.source
        AND findings.delivery_month = beside.delivery_month
        AND findings.table_name = beside.table_name
        AND findings.rule_code = beside.rule_code
        AND findings.line = beside.line
WHERE findings.authority_code = $authority AND findings.status IS DISTINCT FROM 'resolved'
ORDER BY
    CASE findings.consequence WHEN 'refuse_delivery' THEN 1 WHEN 'refuse_row' THEN 2 ELSE 3 END,
    CASE findings.severity WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
    findings.source,
    file_name,
    findings.line,
    findings.rule_code,
    findings.column_name,
    findings.delivery_month
