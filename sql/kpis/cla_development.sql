SELECT
    outcomes.authority_code,
    outcomes.team_code,
    outcomes.reporting_month,
    outcomes.child_id,
    outcomes.child_id AS record_key,
    one_or_zero(outcomes.is_developing_checked) AS numerator,
    one_if(outcomes.is_developing_checked IS NOT NULL) AS denominator,
    in_words(
        outcomes.is_developing_checked,
        'checked in the twelve months',
        'not checked in the twelve months',
        'not recorded'
    ) AS reason
FROM warehouse.fct_outcome_month AS outcomes
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_development' AND outcomes.is_under_5
