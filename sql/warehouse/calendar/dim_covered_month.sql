-- One row an authority and month for which it delivered anything, at whose end its stocks are counted. year_before is
-- the end of the same month twelve months before.
-- grain: authority_code, reporting_month
SELECT DISTINCT
    delivered.authority_code,
    months.reporting_month,
    months.month_end,
    cast(months.month_end + 1 - INTERVAL 12 MONTH AS DATE) - 1 AS year_before,
    calendar.working_day_number AS month_end_number
FROM staging.delivered_table AS delivered
INNER JOIN
    warehouse.dim_month AS months
    ON months.reporting_month BETWEEN delivered.first_month AND delivered.last_month
INNER JOIN warehouse.dim_calendar AS calendar ON months.month_end = calendar.calendar_date
