-- The mean of months is shown where each of its months is.
WITH figures AS (
    SELECT
        *,
        month_number(reporting_month) AS month
    FROM kpi_window
),

months AS (
    SELECT
        figures.authority_code,
        figures.kpi_id,
        figures.team_code,
        figures.month,
        figures.window_months,
        count(*) FILTER (WHERE shown.is_shown) = figures.window_months AS is_every_month_shown
    FROM figures
    INNER JOIN shown_figure AS shown
        ON
            figures.authority_code = shown.authority_code
            AND figures.kpi_id = shown.kpi_id
            AND figures.team_code IS NOT DISTINCT FROM shown.team_code
            AND shown.month BETWEEN figures.month - figures.window_months + 1 AND figures.month
            AND shown.window_months = 1
    GROUP BY
        figures.authority_code,
        figures.kpi_id,
        figures.team_code,
        figures.month,
        figures.window_months
)

SELECT
    figures.authority_code,
    figures.reporting_month,
    figures.window_months,
    figures.first_month,
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
    if_shown(figures.mean_of_months, shown.is_shown AND months.is_every_month_shown) AS mean_of_months,
    symbol(figures.mean_of_months, shown.is_shown AND months.is_every_month_shown) AS mean_of_months_symbol,
    if_shown(figures.is_mean_apart, shown.is_shown AND months.is_every_month_shown) AS is_mean_apart,
    figures.target,
    CASE WHEN shown.is_shown THEN figures.rag ELSE 'not shown' END AS rag,
    if_shown(figures.narrative_conflict, shown.is_shown) AS narrative_conflict,
    if_shown(figures.narrative_words, shown.is_shown) AS narrative_words,
    if_shown(figures.narrative_note, shown.is_shown) AS narrative_note,
    if_shown(figures.narrative_signed_by, shown.is_shown) AS narrative_signed_by,
    if_shown(figures.narrative_signed_on, shown.is_shown) AS narrative_signed_on
FROM figures
INNER JOIN shown_figure AS shown
    ON
        figures.authority_code = shown.authority_code
        AND figures.kpi_id = shown.kpi_id
        AND figures.team_code IS NOT DISTINCT FROM shown.team_code
        AND figures.month = shown.month
        AND figures.window_months = shown.window_months
LEFT JOIN months
    ON
        figures.authority_code = months.authority_code
        AND figures.kpi_id = months.kpi_id
        AND figures.team_code IS NOT DISTINCT FROM months.team_code
        AND figures.month = months.month
        AND figures.window_months = months.window_months
