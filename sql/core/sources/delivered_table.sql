-- One row a delivered table that figures may come from, and the months that it covers: none before the data of
-- the authority begin, and of a subject's tables only those
-- of the source that the subject is taken from, and the lists that cover their own month alone.
WITH passed_over AS (
    SELECT
        chosen.authority_code,
        needed.table_name
    FROM core.subject_source AS chosen
    INNER JOIN reference.subject_source AS needed
        ON chosen.subject = needed.subject AND chosen.source <> needed.source
    INNER JOIN reference.source AS sources ON needed.source = sources.source
    WHERE sources.history <> 'own_month'
)

SELECT
    delivered.authority_code,
    delivered.source,
    delivered.table_name,
    coalesce(starts.first_month, delivered.first_month) AS first_month,
    delivered.last_month
FROM staging.delivered_table AS delivered
LEFT JOIN core.data_start AS starts USING (authority_code, source)
WHERE NOT EXISTS (
    SELECT 1
    FROM passed_over
    WHERE
        delivered.authority_code = passed_over.authority_code
        AND delivered.table_name = passed_over.table_name
)
