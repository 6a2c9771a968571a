-- One row an authority, subject and two sources that both hold it: the days that both cover.
-- grain: authority_code, subject, preferred_source, other_source
WITH covered AS (
    SELECT
        tables.authority_code,
        places.subject,
        places.source,
        places.preference,
        cast(tables.first_month || '-01' AS DATE) AS first_day,
        last_day(cast(tables.last_month || '-01' AS DATE)) AS last_day
    FROM staging.delivered_table AS tables
    INNER JOIN reference.event_source AS places
        ON tables.source = places.source AND tables.table_name = places.table_name
)

SELECT
    preferred.authority_code,
    preferred.subject,
    preferred.source AS preferred_source,
    others.source AS other_source,
    greatest(preferred.first_day, others.first_day) AS first_day,
    least(preferred.last_day, others.last_day) AS last_day
FROM covered AS preferred
INNER JOIN covered AS others
    ON
        preferred.authority_code = others.authority_code
        AND preferred.subject = others.subject
        AND preferred.preference < others.preference
WHERE greatest(preferred.first_day, others.first_day) <= least(preferred.last_day, others.last_day)
