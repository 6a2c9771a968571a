-- Mean, limits and signals follow from every point of a chart, and are shown where all of them are.
WITH points AS (
    SELECT
        charts.*,
        shown.is_shown,
        bool_and(coalesce(shown.is_shown, false)) OVER (
            PARTITION BY charts.authority_code, charts.kpi_id, charts.team_code
        ) AS is_chart_shown
    FROM kpi_chart AS charts
    LEFT JOIN shown_figure AS shown
        ON
            charts.authority_code = shown.authority_code
            AND charts.kpi_id = shown.kpi_id
            AND charts.team_code IS NOT DISTINCT FROM shown.team_code
            AND month_number(charts.reporting_month) = shown.month
            AND shown.window_months = 1
)

SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    if_shown(value, is_shown) AS value,
    symbol(value, is_shown) AS value_symbol,
    points,
    is_trial,
    if_shown(mean, is_chart_shown) AS mean,
    symbol(mean, is_chart_shown) AS mean_symbol,
    if_shown(lower_limit, is_chart_shown) AS lower_limit,
    symbol(lower_limit, is_chart_shown) AS lower_limit_symbol,
    if_shown(upper_limit, is_chart_shown) AS upper_limit,
    symbol(upper_limit, is_chart_shown) AS upper_limit_symbol,
    if_shown(signals, is_chart_shown) AS signals,
    if_shown(variation, is_chart_shown) AS variation,
    target,
    if_shown(assurance, is_chart_shown) AS assurance
FROM points
WHERE is_shown IS NOT NULL
