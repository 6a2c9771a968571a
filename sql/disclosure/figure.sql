-- Every figure of the month's restricted edition: a month, or a window of months that ends with one.
WITH figures AS (
    SELECT
        authority_code,
        kpi_id,
        team_code,
        reporting_month,
        1 AS window_months,
        numerator,
        denominator
    FROM kpi_month
    UNION ALL
    SELECT
        authority_code,
        kpi_id,
        team_code,
        reporting_month,
        window_months,
        numerator,
        denominator
    FROM kpi_window
    WHERE window_months > 1
)

SELECT
    authority_code,
    kpi_id,
    coalesce(team_code, '') AS team_code,
    12 * cast(left(reporting_month, 4) AS INTEGER) + cast(right(reporting_month, 2) AS INTEGER) AS month,
    window_months,
    cast(numerator AS DOUBLE) AS numerator,
    cast(denominator AS DOUBLE) AS denominator
FROM figures
WHERE team_code IS NULL OR $teams
ORDER BY ALL
