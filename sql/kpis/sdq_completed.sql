SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    cast(
        CASE WHEN outcomes.is_recorded THEN cast(outcomes.sdq_score IS NOT NULL AS INTEGER) END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN outcomes.is_recorded THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN NOT outcomes.is_recorded THEN 'not recorded'
        WHEN outcomes.sdq_score IS NULL THEN 'no score in the twelve months'
        ELSE concat('score ', outcomes.sdq_score)
    END AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'sdq_completed'
        AND outcomes.authority_code = sources.authority_code
        AND outcomes.reporting_month = sources.reporting_month
        AND outcomes.source = sources.source
WHERE outcomes.is_of_age_for_sdq
