-- One row a rule, table and column and a delivery of the thirteen months to the month's end: how many rows were
-- tested, how many failed, the percentage, and how many of its findings were new, went on, or were gone.
-- grain: authority_code, source, reporting_month, table_name, column_name, rule_code
WITH results AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        table_name,
        column_name,
        rule_code,
        rows_tested,
        rows_failed
    FROM warehouse.fct_rule_result
    WHERE reporting_month >= strftime(cast($as_of AS DATE) - INTERVAL 12 MONTH, '%Y-%m')
),

followed AS (
    SELECT
        rule_deliveries.authority_code,
        rule_deliveries.source,
        rule_deliveries.table_name,
        rule_deliveries.rule_code,
        rule_deliveries.column_name,
        rule_deliveries.delivery_month,
        count(*) FILTER (WHERE runs.first_month = rule_deliveries.delivery_month) AS new_findings,
        count(*) FILTER (
            WHERE
            runs.first_month < rule_deliveries.delivery_month
            AND runs.last_month >= rule_deliveries.delivery_month
        ) AS persisting_findings,
        count(*) FILTER (WHERE runs.resolved_month = rule_deliveries.delivery_month) AS resolved_findings
    FROM warehouse.dim_rule_delivery AS rule_deliveries
    INNER JOIN warehouse.fct_finding_run AS runs
        ON
            rule_deliveries.authority_code = runs.authority_code
            AND rule_deliveries.source = runs.source
            AND rule_deliveries.table_name = runs.table_name
            AND rule_deliveries.rule_code = runs.rule_code
            AND rule_deliveries.column_name = runs.column_name
            AND rule_deliveries.delivery_month BETWEEN runs.first_month AND coalesce(
                runs.resolved_month, runs.last_month
            )
    GROUP BY ALL
),

summed AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        table_name,
        column_name,
        rule_code,
        cast(sum(rows_tested) AS BIGINT) AS rows_tested,
        cast(sum(rows_failed) AS BIGINT) AS rows_failed
    FROM results
    GROUP BY authority_code, source, reporting_month, table_name, column_name, rule_code
)

SELECT
    summed.authority_code,
    summed.source,
    summed.reporting_month,
    summed.table_name,
    summed.column_name,
    summed.rule_code,
    summed.rows_tested,
    summed.rows_failed,
    published_percent(summed.rows_failed, summed.rows_tested) AS percent_failed,
    coalesce(followed.new_findings, 0) AS new_findings,
    coalesce(followed.persisting_findings, 0) AS persisting_findings,
    coalesce(followed.resolved_findings, 0) AS resolved_findings
FROM summed
LEFT JOIN followed
    ON
        summed.authority_code = followed.authority_code
        AND summed.source = followed.source
        AND summed.reporting_month = followed.delivery_month
        AND summed.table_name = followed.table_name
        AND summed.rule_code = followed.rule_code
        AND coalesce(summed.column_name, '') = followed.column_name
