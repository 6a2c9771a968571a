SELECT
    kpi_id,
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    category,
    month_number,
    window_months,
    scale,
    numerator,
    denominator
FROM disclosure.rounded
WHERE measure <> 'flow' OR window_months > 1
