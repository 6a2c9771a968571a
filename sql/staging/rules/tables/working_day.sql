-- One row a working day, numbered: as many lie in (start, end] as the numbers of the last ones up to each differ.
WITH days AS (
    SELECT cast(series.day AS DATE) AS working_day
    FROM unnest(generate_series(DATE '1995-01-01', DATE '2050-12-31', INTERVAL 1 DAY)) AS series (day)
)

SELECT
    days.working_day,
    row_number() OVER (ORDER BY days.working_day) AS working_day_number
FROM days
LEFT JOIN rule_table.bank_holiday ON days.working_day = bank_holiday.date
WHERE bank_holiday.date IS NULL AND isodow(days.working_day) < 6
