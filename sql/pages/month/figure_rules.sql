-- One row a KPI and rule that is broken in a table from which the KPI is counted: how many rows that is.
WITH tables AS (
    SELECT DISTINCT
        kpi_id,
        split_part(table_name, '.', 1) AS table_name
    FROM reference.kpi_requirement
),

broken AS (
    SELECT
        findings.source,
        findings.table_name,
        findings.rule_code,
        count(*) AS rows_failed,
        count(DISTINCT findings.child_id) AS children
    FROM warehouse.fct_finding AS findings
    WHERE findings.authority_code = $authority AND findings.status IS DISTINCT FROM 'resolved'
    GROUP BY findings.source, findings.table_name, findings.rule_code
),

wording AS (
    SELECT
        rule_code,
        min(sentence) AS sentence
    FROM snapshots.finding_summary
    WHERE authority_code = $authority
    GROUP BY rule_code
)

SELECT
    tables.kpi_id,
    kpis.title,
    broken.source,
    broken.table_name,
    broken.rule_code,
    wording.sentence,
    broken.rows_failed,
    broken.children
FROM tables
INNER JOIN broken ON tables.table_name = broken.table_name
INNER JOIN snapshots.kpi_summary AS kpis
    ON
        tables.kpi_id = kpis.kpi_id
        AND kpis.authority_code = $authority
        AND kpis.reporting_month = $month
INNER JOIN wording ON broken.rule_code = wording.rule_code
ORDER BY tables.kpi_id ASC, broken.rows_failed DESC, broken.rule_code ASC, broken.table_name ASC
