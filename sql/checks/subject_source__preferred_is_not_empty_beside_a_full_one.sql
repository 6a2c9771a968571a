-- consequence: hold
-- The source that goes first is counted from, also where it holds nothing.
WITH held AS (
    SELECT
        subjects.subject,
        subjects.preference,
        subjects.source,
        files.authority_code,
        sum(files.rows_staged) AS rows_staged
    FROM reference.subject_source AS subjects
    INNER JOIN validation.reconciliation AS files ON subjects.table_name = files.table_name
    INNER JOIN staging.delivered_table AS delivered
        ON
            files.authority_code = delivered.authority_code
            AND files.table_name = delivered.table_name
            AND files.reporting_month = delivered.last_month
    GROUP BY subjects.subject, subjects.preference, subjects.source, files.authority_code
)

SELECT
    preferred.authority_code,
    concat(
        preferred.source,
        ' has no record of ',
        preferred.subject,
        ', and ',
        other.source,
        ' has ',
        other.rows_staged,
        '; deliver the table with its records, or without it the other counts'
    ) AS detail
FROM held AS preferred
INNER JOIN held AS other
    ON
        preferred.subject = other.subject
        AND preferred.authority_code = other.authority_code
        AND preferred.preference < other.preference
CROSS JOIN core.delivery_limit AS limits
WHERE preferred.rows_staged = 0 AND other.rows_staged >= limits.fewest_records_elsewhere
