-- One row a rule that was broken in a table of the month's deliveries, what is most affected first: what refuses, then
-- errors, then warnings, then notes; and among those the most rows. What drifted is listed apart.
WITH looked_at AS (
    SELECT
        source,
        delivery_month
    FROM warehouse.delivery_in_scope
    WHERE authority_code = $authority
),

broken AS (
    SELECT
        results.source,
        results.reporting_month,
        results.table_name,
        results.rule_code,
        any_value(results.severity ORDER BY results.sentence, results.remedy) AS severity,
        any_value(results.consequence ORDER BY results.sentence, results.remedy) AS consequence,
        min(results.sentence) AS sentence,
        min(results.remedy) AS remedy,
        string_agg(DISTINCT results.column_name, ', ' ORDER BY results.column_name) FILTER (
            WHERE results.rows_failed > 0
        ) AS columns
    FROM snapshots.finding_summary AS results
    INNER JOIN looked_at
        ON
            results.source = looked_at.source
            AND results.reporting_month = looked_at.delivery_month
    WHERE results.authority_code = $authority AND results.rule_code NOT LIKE 'DRF-%'
    GROUP BY results.source, results.reporting_month, results.table_name, results.rule_code
),

history AS (
    SELECT
        source,
        reporting_month,
        table_name,
        rule_code,
        cast(max(rows_tested) AS BIGINT) AS rows_tested,
        cast(sum(rows_failed) AS BIGINT) AS rows_failed,
        cast(sum(new_findings) AS BIGINT) AS new_findings,
        cast(sum(persisting_findings) AS BIGINT) AS persisting_findings,
        cast(sum(resolved_findings) AS BIGINT) AS resolved_findings
    FROM warehouse.fct_rule_history
    WHERE authority_code = $authority
    GROUP BY source, reporting_month, table_name, rule_code
),

over_time AS (
    SELECT
        source,
        table_name,
        rule_code,
        list(rows_failed ORDER BY reporting_month) AS failed_by_month,
        list(reporting_month ORDER BY reporting_month) AS months
    FROM history
    GROUP BY source, table_name, rule_code
)

SELECT
    broken.rule_code,
    broken.source,
    broken.table_name,
    broken.reporting_month AS delivery_month,
    broken.columns,
    broken.severity,
    broken.consequence,
    broken.sentence,
    broken.remedy,
    history.rows_tested,
    history.rows_failed,
    history.new_findings,
    history.persisting_findings,
    history.resolved_findings,
    over_time.failed_by_month,
    over_time.months
FROM broken
INNER JOIN history
    ON
        broken.source = history.source
        AND broken.reporting_month = history.reporting_month
        AND broken.table_name = history.table_name
        AND broken.rule_code = history.rule_code
INNER JOIN over_time
    ON
        broken.source = over_time.source
        AND broken.table_name = over_time.table_name
        AND broken.rule_code = over_time.rule_code
WHERE history.rows_failed > 0 OR history.resolved_findings > 0
ORDER BY
    history.rows_failed = 0 ASC,
    CASE broken.consequence WHEN 'refuse_delivery' THEN 1 WHEN 'refuse_row' THEN 2 ELSE 3 END ASC,
    CASE broken.severity WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END ASC,
    history.rows_failed DESC,
    broken.rule_code ASC,
    broken.table_name ASC
