WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        value,
        lower,
        upper
    FROM snapshots.kpi_month
)

SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code
FROM months
WHERE value NOT BETWEEN lower - 0.000001 AND upper + 0.000001
