-- One row a KPI, authority and month with a target: the one that started last. A target without an authority is for all
-- that have none of their own.
-- grain: kpi_id, authority_code, reporting_month
WITH targets AS (
    SELECT
        kpi_id,
        cast(authority_code AS VARCHAR) AS authority_code,
        cast(from_month AS VARCHAR) AS from_month,
        cast(green_from AS DOUBLE) AS green_from,
        cast(amber_from AS DOUBLE) AS amber_from,
        source
    FROM reference.target
)

SELECT
    coverage.kpi_id,
    coverage.authority_code,
    coverage.reporting_month,
    targets.from_month,
    targets.green_from,
    targets.amber_from,
    targets.source
FROM warehouse.fct_kpi_coverage AS coverage
INNER JOIN targets
    ON
        coverage.kpi_id = targets.kpi_id
        AND coverage.authority_code = coalesce(targets.authority_code, coverage.authority_code)
        AND coverage.reporting_month >= targets.from_month
QUALIFY
    row_number() OVER (
        PARTITION BY coverage.kpi_id, coverage.authority_code, coverage.reporting_month
        ORDER BY targets.authority_code ASC NULLS LAST, targets.from_month DESC
    ) = 1
