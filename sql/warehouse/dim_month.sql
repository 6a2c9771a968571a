-- One row a month of the calendar.
-- grain: reporting_month
WITH days AS (
    SELECT
        calendar_date,
        reporting_month
    FROM warehouse.dim_calendar
),

months AS (
    SELECT
        reporting_month,
        max(calendar_date) AS month_end
    FROM days
    GROUP BY reporting_month
)

SELECT
    reporting_month,
    month_end,
    row_number() OVER (ORDER BY month_end) AS month_number
FROM months
