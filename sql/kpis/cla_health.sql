SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    cast(cast(outcomes.is_assessed AS INTEGER) AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN outcomes.is_assessed IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN outcomes.is_assessed THEN 'assessed in time'
        WHEN NOT outcomes.is_assessed THEN 'no health assessment in time'
        ELSE 'not recorded'
    END AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_health'
        AND outcomes.authority_code = sources.authority_code
        AND outcomes.reporting_month = sources.reporting_month
        AND outcomes.source = sources.source
