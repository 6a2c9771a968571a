SELECT
    deliveries.authority_code,
    deliveries.source,
    deliveries.delivery_month AS reporting_month,
    deliveries.landing_version,
    deliveries.landing_sha256,
    deliveries.status,
    deliveries.is_used
FROM staging.delivery AS deliveries
