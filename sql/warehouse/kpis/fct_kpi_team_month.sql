-- One row a KPI, authority, team and month of which anything counts: without what something that could not be read
-- leaves undecided. Of a KPI with categories one a category, also where none of the team's records is of it; what it is
-- a share of are the records of all.
-- grain: kpi_id, authority_code, team_code, category, reporting_month
WITH summed AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        category,
        reporting_month,
        numerator,
        denominator
    FROM warehouse.fct_kpi_team_month_before_unread
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        team_code,
        category,
        reporting_month,
        -sum(numerator) AS numerator,
        nullif(-sum(denominator), 0) AS denominator
    FROM warehouse.fct_kpi_record_undecided
    GROUP BY kpi_id, authority_code, team_code, category, reporting_month
)

SELECT
    summed.kpi_id,
    summed.authority_code,
    summed.team_code,
    categories.category,
    summed.reporting_month,
    cast(
        sum(summed.numerator) FILTER (WHERE coalesce(summed.category, '') = coalesce(categories.category, ''))
        AS DECIMAL(18, 2)
    ) AS numerator,
    cast(sum(summed.denominator) AS DECIMAL(18, 2)) AS denominator
FROM summed
LEFT JOIN reference.kpi_category AS categories ON summed.kpi_id = categories.kpi_id
GROUP BY summed.kpi_id, summed.authority_code, summed.team_code, categories.category, summed.reporting_month
