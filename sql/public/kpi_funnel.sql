-- Centre and limits follow from every unit that is compared, and are shown where all of them are.
WITH units AS (
    SELECT
        funnels.*,
        shown.is_numerator_shown,
        shown.is_denominator_shown,
        shown.is_shown,
        bool_and(coalesce(shown.is_shown, false)) OVER (
            PARTITION BY
                funnels.kpi_id,
                funnels.reporting_month,
                funnels.among,
                CASE WHEN funnels.among = 'teams' THEN funnels.authority_code END
        ) AS is_funnel_shown
    FROM kpi_funnel AS funnels
    INNER JOIN kpi ON funnels.kpi_id = kpi.kpi_id
    LEFT JOIN shown_figure AS shown
        ON
            funnels.authority_code = shown.authority_code
            AND funnels.kpi_id = shown.kpi_id
            AND funnels.team_code IS NOT DISTINCT FROM shown.team_code
            AND month_number(funnels.reporting_month) = shown.month
            AND shown.window_months = CASE kpi.measure WHEN 'flow' THEN 6 ELSE 1 END
)

SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    among,
    units,
    if_shown(numerator, is_numerator_shown) AS numerator,
    symbol(numerator, is_numerator_shown) AS numerator_symbol,
    if_shown(denominator, is_denominator_shown) AS denominator,
    symbol(denominator, is_denominator_shown) AS denominator_symbol,
    if_shown(value, is_shown) AS value,
    share_symbol(value, denominator, is_shown) AS value_symbol,
    if_shown(centre, is_funnel_shown) AS centre,
    symbol(centre, is_funnel_shown) AS centre_symbol,
    if_shown(lower_95, is_funnel_shown) AS lower_95,
    symbol(lower_95, is_funnel_shown) AS lower_95_symbol,
    if_shown(upper_95, is_funnel_shown) AS upper_95,
    symbol(upper_95, is_funnel_shown) AS upper_95_symbol,
    if_shown(lower_998, is_funnel_shown) AS lower_998,
    symbol(lower_998, is_funnel_shown) AS lower_998_symbol,
    if_shown(upper_998, is_funnel_shown) AS upper_998,
    symbol(upper_998, is_funnel_shown) AS upper_998_symbol,
    if_shown(position, is_funnel_shown) AS position
FROM units
WHERE is_shown IS NOT NULL
