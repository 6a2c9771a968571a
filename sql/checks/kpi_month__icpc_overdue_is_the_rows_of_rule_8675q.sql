-- consequence: warn
-- Both look for the same enquiries, each in its own way. A council with a longer clock of its own has fewer.
WITH overdue AS (
    SELECT
        authority_code,
        reporting_month,
        count(*) AS enquiries
    FROM warehouse.fct_enquiry_overdue_month
    WHERE working_days > 15
    GROUP BY authority_code, reporting_month
),

found AS (
    SELECT
        results.authority_code,
        results.reporting_month,
        results.rows_failed
    FROM warehouse.fct_rule_result AS results
    INNER JOIN warehouse.dim_delivery AS deliveries
        ON
            results.authority_code = deliveries.authority_code
            AND results.source = deliveries.source
            AND results.reporting_month = deliveries.delivery_month
    INNER JOIN warehouse.fct_kpi_coverage AS coverage
        ON
            results.authority_code = coverage.authority_code
            AND results.source = coverage.sources
            AND results.reporting_month = coverage.reporting_month
            AND coverage.kpi_id = 'icpc_overdue'
    WHERE results.rule_code = '8675Q' AND results.reporting_month = strftime($as_of, '%Y-%m')
)

SELECT
    found.authority_code,
    concat('icpc_overdue counts ', coalesce(overdue.enquiries, 0), ', rule 8675Q found ', found.rows_failed) AS detail
FROM found
LEFT JOIN overdue USING (authority_code, reporting_month)
WHERE found.rows_failed <> coalesce(overdue.enquiries, 0)
