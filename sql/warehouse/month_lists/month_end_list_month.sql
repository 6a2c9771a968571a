-- One row an authority, subject and month for which the subject is taken from a list of that month alone, since the
-- source that it is taken from otherwise, if there is any, does not cover the month.
-- grain: authority_code, subject, reporting_month
WITH needed AS (
    SELECT
        subject_source.subject,
        subject_source.source,
        subject_source.preference,
        subject_source.table_name,
        sources.history = 'own_month' AS is_list
    FROM reference.subject_source
    INNER JOIN reference.source AS sources ON subject_source.source = sources.source
),

tables AS (
    SELECT
        subject,
        source,
        count(*) AS tables
    FROM needed
    GROUP BY subject, source
),

covered AS (
    SELECT
        delivered.authority_code,
        needed.subject,
        needed.source,
        needed.preference,
        needed.is_list,
        months.reporting_month,
        months.month_end
    FROM core.delivered_table AS delivered
    INNER JOIN needed ON delivered.source = needed.source AND delivered.table_name = needed.table_name
    INNER JOIN tables ON needed.subject = tables.subject AND needed.source = tables.source
    INNER JOIN
        warehouse.dim_month AS months
        ON months.reporting_month BETWEEN delivered.first_month AND delivered.last_month
    GROUP BY
        delivered.authority_code,
        needed.subject,
        needed.source,
        needed.preference,
        needed.is_list,
        months.reporting_month,
        months.month_end,
        tables.tables
    HAVING count(DISTINCT delivered.table_name) = tables.tables
)

SELECT
    authority_code,
    subject,
    reporting_month,
    month_end,
    arg_min(source, preference) AS source
FROM covered
GROUP BY authority_code, subject, reporting_month, month_end
HAVING bool_and(is_list)
