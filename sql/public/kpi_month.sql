SELECT
    figures.authority_code,
    figures.reporting_month,
    figures.kpi_id,
    figures.title,
    figures.team_code,
    if_shown(figures.numerator, shown.is_numerator_shown) AS numerator,
    symbol(figures.numerator, shown.is_numerator_shown) AS numerator_symbol,
    if_shown(figures.denominator, shown.is_denominator_shown) AS denominator,
    symbol(figures.denominator, shown.is_denominator_shown) AS denominator_symbol,
    if_shown(figures.value, shown.is_shown) AS value,
    share_symbol(figures.value, figures.denominator, shown.is_shown) AS value_symbol,
    if_shown(figures.shown, shown.is_shown) AS shown,
    share_symbol(figures.shown, figures.denominator, shown.is_shown) AS shown_symbol,
    if_shown(figures.lower, shown.is_shown) AS lower,
    symbol(figures.lower, shown.is_shown) AS lower_symbol,
    if_shown(figures.upper, shown.is_shown) AS upper,
    symbol(figures.upper, shown.is_shown) AS upper_symbol,
    figures.unit,
    figures.target,
    CASE WHEN shown.is_shown THEN figures.rag ELSE 'not shown' END AS rag,
    figures.sources
FROM kpi_month AS figures
INNER JOIN shown_figure AS shown
    ON
        figures.authority_code = shown.authority_code
        AND figures.kpi_id = shown.kpi_id
        AND figures.team_code IS NOT DISTINCT FROM shown.team_code
        AND month_number(figures.reporting_month) = shown.month
        AND shown.window_months = 1
