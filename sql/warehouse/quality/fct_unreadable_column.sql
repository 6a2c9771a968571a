-- One row a delivery that counts and a deciding column of it of which more values could not be read than its limit
-- allows. is_placeholder: each such value is an id, such as -1, that stands for a row without saying which.
-- grain: authority_code, delivery_month, table_name, column_name
WITH shapes AS (
    SELECT
        authority_code,
        delivery_month,
        table_name,
        column_name,
        shape,
        value_count,
        unread_count,
        given_count,
        row_number() OVER (
            PARTITION BY authority_code, delivery_month, table_name, column_name
            ORDER BY value_count DESC, shape ASC
        ) AS place
    FROM staging.unread_value
),

unread AS (
    SELECT
        authority_code,
        delivery_month,
        table_name,
        column_name,
        max(unread_count) AS unread_count,
        max(given_count) AS given_count,
        bool_and(shape = 'placeholder') AS is_placeholder,
        string_agg(concat(shape, ' (', value_count, ')'), ', ' ORDER BY place) FILTER (WHERE place <= 3) AS shapes
    FROM shapes
    GROUP BY authority_code, delivery_month, table_name, column_name
)

SELECT
    unread.authority_code,
    deciding.source,
    unread.delivery_month,
    unread.table_name,
    unread.column_name,
    deciding.without_it,
    concat(
        unread.table_name,
        '.',
        unread.column_name,
        ': ',
        unread.unread_count,
        ' of ',
        unread.given_count,
        CASE
            WHEN unread.is_placeholder THEN ' ids are placeholders such as -1, '
            ELSE ' values could not be read, '
        END,
        published_percent(unread.unread_count, unread.given_count),
        '%'
    ) AS sentence,
    unread.shapes,
    unread.is_placeholder,
    deciding.remedy,
    deciding.largest_unread_percent,
    deciding.fewest_unread
FROM unread
INNER JOIN warehouse.dim_deciding_column AS deciding
    ON unread.table_name = deciding.table_name AND unread.column_name = deciding.column_name
WHERE
    unread.unread_count >= deciding.fewest_unread
    AND unread.unread_count * 100 > deciding.largest_unread_percent * unread.given_count
