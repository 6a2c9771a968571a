-- One row a month of the thirteen to the month's end: what came, and what was found in it.
WITH months AS (
    SELECT
        months.reporting_month,
        months.month_number
    FROM warehouse.dim_month AS months
    INNER JOIN warehouse.dim_month AS this_month
        ON
            months.month_number BETWEEN this_month.month_number - 12 AND this_month.month_number
            AND this_month.reporting_month = $month
),

severities AS (
    SELECT
        source,
        reporting_month,
        table_name,
        rule_code,
        max(consequence <> 'warn') AS refuses,
        max(severity = 'critical') AS is_critical
    FROM snapshots.finding_summary
    WHERE authority_code = $authority
    GROUP BY source, reporting_month, table_name, rule_code
),

found AS (
    SELECT
        history.reporting_month,
        cast(sum(history.rows_failed) FILTER (WHERE severities.refuses OR severities.is_critical) AS BIGINT) AS errors,
        cast(
            sum(history.rows_failed) FILTER (WHERE NOT severities.refuses AND NOT severities.is_critical) AS BIGINT
        ) AS warnings,
        cast(sum(history.new_findings) AS BIGINT) AS new_findings,
        cast(sum(history.persisting_findings) AS BIGINT) AS persisting_findings,
        cast(sum(history.resolved_findings) AS BIGINT) AS resolved_findings
    FROM warehouse.fct_rule_history AS history
    INNER JOIN severities
        ON
            history.source = severities.source
            AND history.reporting_month = severities.reporting_month
            AND history.table_name IS NOT DISTINCT FROM severities.table_name
            AND history.rule_code = severities.rule_code
    WHERE history.authority_code = $authority AND history.rule_code NOT LIKE 'DRF-%'
    GROUP BY history.reporting_month
),

rows AS (
    SELECT
        reporting_month,
        cast(sum(rows_read) AS BIGINT) AS rows_read,
        cast(sum(rows_refused) AS BIGINT) AS rows_refused
    FROM snapshots.reconciliation
    WHERE authority_code = $authority
    GROUP BY reporting_month
),

deliveries AS (
    SELECT
        reporting_month,
        count(DISTINCT source) AS deliveries,
        count(DISTINCT source) FILTER (WHERE status = 'refused') AS refused
    FROM snapshots.delivery
    WHERE authority_code = $authority
    GROUP BY reporting_month
)

SELECT
    months.reporting_month,
    coalesce(deliveries.deliveries, 0) AS deliveries,
    coalesce(deliveries.refused, 0) AS deliveries_refused,
    rows.rows_read,
    rows.rows_refused,
    found.errors,
    found.warnings,
    found.new_findings,
    found.persisting_findings,
    found.resolved_findings
FROM months
LEFT JOIN deliveries ON months.reporting_month = deliveries.reporting_month
LEFT JOIN rows ON months.reporting_month = rows.reporting_month
LEFT JOIN found ON months.reporting_month = found.reporting_month
ORDER BY months.month_number
