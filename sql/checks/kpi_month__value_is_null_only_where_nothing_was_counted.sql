WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        denominator,
        value
    FROM snapshots.kpi_month
)

SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code
FROM months
WHERE (value IS NULL) != coalesce(denominator = 0, false)
