-- One row a day of the years that reference.bank_holidays covers. The working days of (start, end] are
-- working_day_number(end) - working_day_number(start).
-- grain: calendar_date
WITH bank_holidays AS (
    SELECT
        bank_holidays.date AS calendar_date,
        bank_holidays.title
    FROM reference.bank_holidays
),

years AS (
    SELECT
        min(year(calendar_date)) AS first_year,
        max(year(calendar_date)) AS last_year
    FROM bank_holidays
),

days AS (
    SELECT cast(series.day AS DATE) AS calendar_date
    FROM years
    CROSS JOIN unnest(
        generate_series(make_date(years.first_year, 1, 1), make_date(years.last_year, 12, 31), INTERVAL 1 DAY)
    ) AS series (day)
),

classified AS (
    SELECT
        days.calendar_date,
        bank_holidays.title AS bank_holiday,
        isodow(days.calendar_date) < 6 AND bank_holidays.calendar_date IS NULL AS is_working_day
    FROM days
    LEFT JOIN bank_holidays ON days.calendar_date = bank_holidays.calendar_date
)

SELECT
    calendar_date,
    strftime(calendar_date, '%Y-%m') AS reporting_month,
    bank_holiday,
    is_working_day,
    cast(
        sum(cast(is_working_day AS INTEGER)) OVER (ORDER BY calendar_date ROWS UNBOUNDED PRECEDING) AS BIGINT
    ) AS working_day_number
FROM classified
