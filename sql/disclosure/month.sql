-- Every count of every month that any restricted edition holds: the month as it is told now, else as it was last told.
WITH told AS (
    SELECT
        authority_code,
        kpi_id,
        team_code,
        reporting_month,
        numerator,
        denominator,
        sequence,
        max(sequence) OVER (PARTITION BY authority_code, kpi_id, reporting_month) AS last_sequence
    FROM restricted_month
    WHERE team_code IS NULL OR $teams
)

SELECT
    told.authority_code,
    told.kpi_id,
    coalesce(told.team_code, '') AS team_code,
    12 * cast(left(told.reporting_month, 4) AS INTEGER) + cast(right(told.reporting_month, 2) AS INTEGER) AS month,
    cast(told.numerator AS DOUBLE) AS numerator,
    cast(told.denominator AS DOUBLE) AS denominator
FROM told
INNER JOIN kpi ON told.kpi_id = kpi.kpi_id
WHERE told.sequence = told.last_sequence
ORDER BY ALL
