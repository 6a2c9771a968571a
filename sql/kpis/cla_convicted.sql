SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    one_or_zero(outcomes.is_convicted) AS numerator,
    one_if(outcomes.is_convicted IS NOT NULL) AS denominator,
    in_words(outcomes.is_convicted, 'convicted or cautioned in the twelve months', 'neither', 'not recorded') AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_convicted' AND outcomes.is_10_or_over
