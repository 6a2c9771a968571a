-- One row: the days that the rules measure a delivery by. Exports are made in the month after the one they are for, so
-- that a day up to the end of that month can be right; one after it cannot.
SELECT
    cast(date_trunc('month', $month_end) AS DATE) AS month_start,
    cast($month_end AS DATE) AS month_end,
    last_day($month_end + INTERVAL 1 MONTH) AS extracted_by,
    cast(date_trunc('year', $month_end - INTERVAL 3 MONTH) + INTERVAL 3 MONTH AS DATE) AS year_start,
    cast(date_trunc('year', $month_end - INTERVAL 3 MONTH) + INTERVAL 15 MONTH - INTERVAL 1 DAY AS DATE) AS year_end
