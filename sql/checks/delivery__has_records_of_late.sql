-- consequence: hold
-- An extract of months ago, delivered as this month's, would hold nothing since.
WITH newest AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        sum(row_count) AS records,
        max(event_month) AS newest_month
    FROM validation.profile
    WHERE column_name IS NULL AND event_month IS NOT NULL AND reporting_month = strftime($as_of, '%Y-%m')
    GROUP BY authority_code, source, reporting_month
)

SELECT
    newest.authority_code,
    concat(
        newest.source,
        ' of ',
        newest.reporting_month,
        ': its newest record is of ',
        newest.newest_month,
        '; deliver an extract made after the month''s end'
    ) AS detail
FROM newest
INNER JOIN warehouse.dim_gate_need AS needs
    ON newest.authority_code = needs.authority_code AND newest.source = needs.source
CROSS JOIN core.delivery_limit AS limits
WHERE
    needs.is_held_by_absence
    AND newest.records >= limits.fewest_records_of_a_year
    AND newest.newest_month
    < strftime(date_trunc('month', $as_of) - to_months(cast(limits.months_without_a_record AS INTEGER)), '%Y-%m')
