-- One row a source that an authority has delivered and that is due by the month, as a month, or so many months, have
-- gone by since it last came: the month that is missing, and the day by which it was due; or what has come, where
-- nothing is late. An authority's own day goes before everyone's.
-- grain: authority_code, source
WITH deliveries AS (
    SELECT
        authority_code,
        source,
        max(delivery_month) AS last_month
    FROM staging.delivery
    GROUP BY authority_code, source
),

expected AS (
    SELECT
        deliveries.authority_code,
        deliveries.source,
        deliveries.last_month,
        cast(deliveries.last_month || '-01' AS DATE) + to_months(cast(due.every_months AS INTEGER)) AS next_month_start,
        due.due_day
    FROM deliveries
    INNER JOIN reference.delivery_due AS due
        ON
            deliveries.source = due.source
            AND deliveries.authority_code = coalesce(due.authority_code, deliveries.authority_code)
    QUALIFY
        row_number() OVER (
            PARTITION BY deliveries.authority_code, deliveries.source
            ORDER BY due.authority_code NULLS LAST
        ) = 1
)

SELECT
    authority_code,
    source,
    last_month,
    strftime(next_month_start, '%Y-%m') AS missing_month,
    cast(next_month_start + INTERVAL 1 MONTH + to_days(cast(due_day - 1 AS INTEGER)) AS DATE) AS due_date,
    next_month_start <= cast($as_of AS DATE) AS is_late
FROM expected
