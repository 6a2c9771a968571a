-- consequence: warn
-- Children do come and go; a count that leaps is true less often than not.
WITH months AS (
    SELECT
        kpi_id,
        authority_code,
        month_number,
        reporting_month,
        numerator
    FROM warehouse.fct_kpi_month
    WHERE team_code IS NULL
)

SELECT
    months.authority_code,
    concat(
        months.kpi_id,
        ' is ',
        cast(months.numerator AS BIGINT),
        ', and was ',
        cast(before.numerator AS BIGINT),
        ' a month before'
    ) AS detail
FROM months
INNER JOIN reference.month_change AS limits ON months.kpi_id = limits.kpi_id
INNER JOIN months AS before
    ON
        months.kpi_id = before.kpi_id
        AND months.authority_code = before.authority_code
        AND months.month_number - 1 = before.month_number
WHERE
    months.reporting_month = strftime($as_of, '%Y-%m')
    AND abs(months.numerator - before.numerator) > limits.counts_allowed
    AND 100 * abs(months.numerator - before.numerator) > limits.largest_percent * before.numerator
