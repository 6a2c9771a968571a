-- One row a delivery that can be compared with those before it: its newest version was not refused. Findings live
-- within a span: all deliveries of a source with full history, those of a collection year, or one that covers its
-- own month.
-- grain: authority_code, source, delivery_month
WITH deliveries AS (
    SELECT
        authority_code,
        source,
        delivery_month
    FROM staging.delivery
    GROUP BY authority_code, source, delivery_month
    HAVING bool_and(status <> 'refused')
)

SELECT
    deliveries.authority_code,
    deliveries.source,
    deliveries.delivery_month,
    sources.history,
    CASE sources.history
        WHEN 'full' THEN ''
        WHEN 'own_month' THEN deliveries.delivery_month
        ELSE cast(extract(YEAR FROM months.month_end - INTERVAL 3 MONTH) AS VARCHAR)
    END AS span,
    months.month_end,
    months.month_number,
    lag(deliveries.delivery_month) OVER (
        PARTITION BY deliveries.authority_code, deliveries.source ORDER BY deliveries.delivery_month
    ) AS delivery_month_before,
    deliveries.delivery_month = max(deliveries.delivery_month) OVER (
        PARTITION BY deliveries.authority_code, deliveries.source
    ) AS is_newest
FROM deliveries
INNER JOIN reference.source AS sources ON deliveries.source = sources.source
INNER JOIN warehouse.dim_month AS months ON deliveries.delivery_month = months.reporting_month
