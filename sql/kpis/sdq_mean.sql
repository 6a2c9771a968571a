SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    cast(outcomes.sdq_score AS DECIMAL(18, 2)) AS numerator,
    one_if(outcomes.sdq_score IS NOT NULL) AS denominator,
    CASE
        WHEN NOT outcomes.is_recorded THEN 'not recorded'
        WHEN outcomes.sdq_score IS NULL THEN 'no score in the twelve months'
        ELSE concat('score ', outcomes.sdq_score)
    END AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'sdq_mean' AND outcomes.is_of_age_for_sdq
