-- One row an authority, and a day early enough that what began on it, and was never heard of since, falls due in the
-- first month that is counted as it would had it begun earlier: a year before.
-- grain: authority_code
SELECT
    authority_code,
    cast(cast(concat(min(first_month), '-01') AS DATE) - INTERVAL 1 YEAR AS DATE) AS first_day
FROM core.delivered_table
GROUP BY authority_code
