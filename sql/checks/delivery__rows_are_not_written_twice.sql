-- consequence: hold
-- Rows that agree in everything but their id are counted as two events.
SELECT
    repeated.authority_code,
    concat(
        repeated.table_name,
        ': ',
        repeated.rows_repeated,
        ' of ',
        repeated.row_count,
        ' rows, ',
        published_percent(repeated.rows_repeated, repeated.row_count),
        '%, are the same as another in all but their id; look for a join in the extract that writes a row twice'
    ) AS detail
FROM core.repeated_row AS repeated
CROSS JOIN core.delivery_limit AS limits
WHERE
    repeated.rows_repeated >= limits.fewest_repeated
    AND repeated.rows_repeated * 100 > limits.largest_repeated_percent * repeated.row_count
