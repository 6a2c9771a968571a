-- Teams are not public: the whole authority stands for all of them.
SELECT
    rounded.kpi_id,
    rounded.authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    rounded.category,
    months.reporting_month,
    rounded.numerator,
    rounded.denominator
FROM disclosure.rounded AS rounded
INNER JOIN warehouse.dim_month AS months ON rounded.month_number = months.month_number
WHERE rounded.window_months = 1
