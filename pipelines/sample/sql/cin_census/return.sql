-- One row: what the file says of itself.
SELECT
    'CIN' AS collection,
    year(year_to) AS year,
    year_to AS reference_date,
    '999' AS lea,
    'L' AS source_level,
    'made up' AS software_code,
    1 AS serial_no,
    month_end AS made_on
FROM council.month
