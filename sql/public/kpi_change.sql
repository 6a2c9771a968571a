-- A change is shown where both of its ends are.
SELECT
    changes.authority_code,
    changes.reporting_month,
    changes.comparator,
    changes.base_month,
    changes.window_months,
    changes.kpi_id,
    changes.title,
    changes.team_code,
    changes.unit,
    if_shown(changes.numerator, shown.is_numerator_shown) AS numerator,
    symbol(changes.numerator, shown.is_numerator_shown) AS numerator_symbol,
    if_shown(changes.denominator, shown.is_denominator_shown) AS denominator,
    symbol(changes.denominator, shown.is_denominator_shown) AS denominator_symbol,
    if_shown(changes.value, shown.is_shown) AS value,
    share_symbol(changes.value, changes.denominator, shown.is_shown) AS value_symbol,
    if_shown(changes.base_numerator, base.is_numerator_shown) AS base_numerator,
    symbol(changes.base_numerator, base.is_numerator_shown) AS base_numerator_symbol,
    if_shown(changes.base_denominator, base.is_denominator_shown) AS base_denominator,
    symbol(changes.base_denominator, base.is_denominator_shown) AS base_denominator_symbol,
    if_shown(changes.base_value, base.is_shown) AS base_value,
    share_symbol(changes.base_value, changes.base_denominator, base.is_shown) AS base_value_symbol,
    if_shown(changes.change, shown.is_shown AND base.is_shown) AS change,
    symbol(changes.change, shown.is_shown AND base.is_shown) AS change_symbol,
    if_shown(changes.change_percent, shown.is_shown AND base.is_shown) AS change_percent,
    symbol(changes.change_percent, shown.is_shown AND base.is_shown) AS change_percent_symbol,
    if_shown(changes.lower, shown.is_shown AND base.is_shown) AS lower,
    symbol(changes.lower, shown.is_shown AND base.is_shown) AS lower_symbol,
    if_shown(changes.upper, shown.is_shown AND base.is_shown) AS upper,
    symbol(changes.upper, shown.is_shown AND base.is_shown) AS upper_symbol,
    if_shown(changes.is_beyond_chance, shown.is_shown AND base.is_shown) AS is_beyond_chance
FROM kpi_change AS changes
INNER JOIN shown_figure AS shown
    ON
        changes.authority_code = shown.authority_code
        AND changes.kpi_id = shown.kpi_id
        AND changes.team_code IS NOT DISTINCT FROM shown.team_code
        AND month_number(changes.reporting_month) = shown.month
        AND changes.window_months = shown.window_months
INNER JOIN shown_figure AS base
    ON
        changes.authority_code = base.authority_code
        AND changes.kpi_id = base.kpi_id
        AND changes.team_code IS NOT DISTINCT FROM base.team_code
        AND month_number(changes.base_month) = base.month
        AND changes.window_months = base.window_months
