WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        unit,
        numerator,
        denominator
    FROM snapshots.kpi_month
)

SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code
FROM months
WHERE unit = 'percent' AND numerator > denominator
