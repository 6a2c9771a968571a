SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    category
FROM snapshots.kpi_month
WHERE numerator IS NULL OR (unit = 'count') != (denominator IS NULL)
