-- One row: what the file says of itself.
SELECT
    'CSWW' AS collection,
    year(month_end) AS year,
    month_end AS reference_date,
    '999' AS lea,
    'L' AS source_level,
    'made up' AS software_code,
    month_end AS made_on
FROM council.month
