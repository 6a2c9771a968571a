-- consequence: hold
-- Records whose child, plan or period of care is in no other table count nowhere, or as another's.
SELECT
    results.authority_code,
    concat(
        results.table_name,
        '.',
        results.column_name,
        ' of ',
        results.reporting_month,
        ': ',
        results.rows_failed,
        ' of ',
        results.rows_tested,
        ' rows, ',
        published_percent(results.rows_failed, results.rows_tested),
        '%, name what no row of the other table has; export both tables from one moment, with the same ids'
    ) AS detail
FROM validation.rule_result AS results
INNER JOIN warehouse.dim_gate_need AS needs
    ON results.authority_code = needs.authority_code AND results.source = needs.source
CROSS JOIN core.delivery_limit AS limits
WHERE
    results.rule_code LIKE '%-FOUND'
    AND results.reporting_month = needs.last_month
    AND results.rows_failed >= limits.fewest_unmatched
    AND results.rows_failed * 100 > limits.largest_unmatched_percent * results.rows_tested
