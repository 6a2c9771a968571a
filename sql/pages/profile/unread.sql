-- One row a column with values that were given and could not be read, the largest share first, and what they look like.
SELECT
    table_name,
    column_name,
    any_value(unread_count) AS unread_count,
    any_value(given_count) AS given_count,
    list(shape ORDER BY value_count DESC, shape ASC) AS shapes
FROM unread_value
GROUP BY table_name, column_name
ORDER BY any_value(unread_count) / any_value(given_count) DESC, table_name ASC, column_name ASC
