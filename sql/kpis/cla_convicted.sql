SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    cast(cast(outcomes.is_convicted AS INTEGER) AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN outcomes.is_convicted IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN outcomes.is_convicted THEN 'convicted or cautioned in the twelve months'
        WHEN NOT outcomes.is_convicted THEN 'neither'
        ELSE 'not recorded'
    END AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_convicted'
        AND outcomes.authority_code = sources.authority_code
        AND outcomes.reporting_month = sources.reporting_month
        AND outcomes.source = sources.source
WHERE outcomes.is_10_or_over
