-- One row a notification of a serious incident.
SELECT
    incidents.authority_code,
    incidents.notification_id,
    incidents.aware_date,
    incidents.notified_date,
    incidents.incident_type,
    coalesce(incidents.withdrawn, false) AS is_withdrawn
FROM staging.local_serious_incidents AS incidents
