SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    category
FROM snapshots.kpi_month
WHERE (value IS NULL) != coalesce(denominator = 0, false)
