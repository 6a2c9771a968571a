-- One row: the month, and the days from which its returns look back.
SELECT
    cast($month_end AS DATE) AS month_end,
    cast(date_trunc('month', cast($month_end AS DATE)) - INTERVAL 5 MONTH AS DATE) AS six_months_from,
    cast(date_trunc('month', cast($month_end AS DATE)) - INTERVAL 11 MONTH AS DATE) AS twelve_months_from,
    make_date(year(cast($month_end AS DATE) - INTERVAL 3 MONTH), 4, 1) AS year_from,
    make_date(year(cast($month_end AS DATE) - INTERVAL 3 MONTH) + 1, 3, 31) AS year_to
