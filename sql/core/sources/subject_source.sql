-- One row an authority and subject: the source that the subject is taken from, whole. It is the first, in the order of
-- preference, all of whose tables of the subject were ever delivered, so that no record counts in two of them. A source
-- that covers its own month alone has a month, not a subject: warehouse.month_end_list_month.
-- grain: authority_code, subject
WITH needed AS (
    SELECT
        subject_source.subject,
        subject_source.source,
        subject_source.preference,
        subject_source.table_name
    FROM reference.subject_source
    INNER JOIN reference.source AS sources ON subject_source.source = sources.source
    WHERE sources.history <> 'own_month'
),

tables AS (
    SELECT
        subject,
        source,
        count(*) AS tables
    FROM needed
    GROUP BY subject, source
),

delivered AS (
    SELECT DISTINCT
        authority_code,
        source,
        table_name
    FROM staging.delivered_table
),

whole AS (
    SELECT
        delivered.authority_code,
        needed.subject,
        needed.source,
        needed.preference
    FROM delivered
    INNER JOIN needed ON delivered.source = needed.source AND delivered.table_name = needed.table_name
    INNER JOIN tables ON needed.subject = tables.subject AND needed.source = tables.source
    GROUP BY delivered.authority_code, needed.subject, needed.source, needed.preference, tables.tables
    HAVING count(*) = tables.tables
)

SELECT
    authority_code,
    subject,
    arg_min(source, preference) AS source
FROM whole
GROUP BY authority_code, subject
