-- One row a KPI, authority, team and month of which anything counts: without what something that could not be read
-- leaves undecided.
-- grain: kpi_id, authority_code, team_code, reporting_month
WITH summed AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        reporting_month,
        numerator,
        denominator
    FROM warehouse.fct_kpi_team_month_before_unread
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        team_code,
        reporting_month,
        -sum(numerator) AS numerator,
        nullif(-sum(denominator), 0) AS denominator
    FROM warehouse.fct_kpi_record_undecided
    GROUP BY kpi_id, authority_code, team_code, reporting_month
)

SELECT
    kpi_id,
    authority_code,
    team_code,
    reporting_month,
    cast(sum(numerator) AS DECIMAL(18, 2)) AS numerator,
    cast(sum(denominator) AS DECIMAL(18, 2)) AS denominator
FROM summed
GROUP BY kpi_id, authority_code, team_code, reporting_month
