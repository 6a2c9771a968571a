-- One row a month of the calendar.
-- grain: reporting_month
WITH months AS (
    SELECT
        reporting_month,
        max(calendar_date) AS month_end
    FROM warehouse.dim_calendar
    GROUP BY reporting_month
)

SELECT
    reporting_month,
    month_end,
    row_number() OVER (ORDER BY month_end) AS month_number
FROM months
