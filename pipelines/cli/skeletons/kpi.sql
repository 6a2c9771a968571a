-- One row a record: what counts, and what does not and why. A row without numerator and denominator does not count.
-- As it stands it counts nothing: put the facts that it counts in place of FROM and WHERE.
SELECT
    months.authority_code,
    'unallocated' AS team_code,
    months.reporting_month,
    child.child_id,
    child.child_id AS record_key,
    one_if(true) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    'in a few words, why the record counts' AS reason
FROM warehouse.dim_covered_month AS months
INNER JOIN core.child AS child ON months.authority_code = child.authority_code
WHERE false
