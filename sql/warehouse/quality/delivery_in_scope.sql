-- One row a delivery that the month is looked at by: the newest of each source that can be compared, unless it covers
-- another month alone, and what came in the month itself, refused or not.
-- grain: authority_code, source, delivery_month
SELECT
    deliveries.authority_code,
    deliveries.source,
    deliveries.delivery_month
FROM warehouse.dim_delivery AS deliveries
WHERE
    deliveries.is_newest
    AND (deliveries.history <> 'own_month' OR deliveries.delivery_month = strftime(cast($as_of AS DATE), '%Y-%m'))
UNION
SELECT
    deliveries.authority_code,
    deliveries.source,
    deliveries.delivery_month
FROM staging.delivery AS deliveries
WHERE deliveries.delivery_month = strftime(cast($as_of AS DATE), '%Y-%m')
