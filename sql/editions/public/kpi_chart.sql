-- A month of too few has no value, and so is no point. A net change of 0 is no count that was rounded to 0.
SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    charted,
    value,
    CASE WHEN value = 0 AND charted = 'figure' THEN 'low' END AS value_symbol,
    value_year_before,
    CASE WHEN value_year_before = 0 THEN 'low' END AS value_year_before_symbol,
    phase,
    phase_first_month,
    phase_reason,
    points,
    is_trial,
    mean,
    lower_limit,
    upper_limit,
    signals,
    variation,
    target,
    assurance
FROM snapshots.kpi_chart
