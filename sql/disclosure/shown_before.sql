-- What the public editions before said of each cell: every value it was shown with, and whether it was ever hidden.
WITH figures AS (
    SELECT
        authority_code,
        kpi_id,
        team_code,
        reporting_month,
        1 AS window_months,
        numerator,
        numerator_symbol,
        denominator,
        denominator_symbol
    FROM public_month
    UNION ALL
    SELECT
        authority_code,
        kpi_id,
        team_code,
        reporting_month,
        window_months,
        numerator,
        numerator_symbol,
        denominator,
        denominator_symbol
    FROM public_window
),

cells AS (
    SELECT
        * EXCLUDE (numerator, numerator_symbol, denominator, denominator_symbol),
        'numerator' AS part,
        numerator AS figure,
        numerator_symbol AS symbol
    FROM figures
    UNION ALL
    SELECT
        * EXCLUDE (numerator, numerator_symbol, denominator, denominator_symbol),
        'denominator' AS part,
        denominator AS figure,
        denominator_symbol AS symbol
    FROM figures
)

SELECT
    authority_code,
    kpi_id,
    coalesce(team_code, '') AS team_code,
    12 * cast(left(reporting_month, 4) AS INTEGER) + cast(right(reporting_month, 2) AS INTEGER) AS month,
    window_months,
    part,
    list_sort(list(DISTINCT cast(figure AS DOUBLE)) FILTER (WHERE figure IS NOT NULL)) AS shown,
    bool_or(coalesce(symbol = 'c', false)) AS is_hidden
FROM cells
GROUP BY ALL
HAVING count(figure) > 0 OR bool_or(coalesce(symbol = 'c', false))
ORDER BY ALL
