SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    one_or_zero(outcomes.has_substance_misuse) AS numerator,
    one_if(outcomes.has_substance_misuse IS NOT NULL) AS denominator,
    in_words(
        outcomes.has_substance_misuse,
        'substance misuse identified in the twelve months',
        'none identified',
        'not recorded'
    ) AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_substance'
