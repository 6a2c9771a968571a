SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    category
FROM snapshots.kpi_month
WHERE value NOT BETWEEN lower - 0.000001 AND upper + 0.000001
