-- One row a staged column that decides which records count: it is marked as critical in its contract, or a KPI asks for
-- it by name, or it has a limit of its own. without_it: what cannot be counted from where it cannot be read, the whole
-- table or the column alone.
-- grain: table_name, column_name
WITH limits AS (
    SELECT
        cast(table_name AS VARCHAR) AS table_name,
        cast(column_name AS VARCHAR) AS column_name,
        cast(largest_unread_percent AS DECIMAL(4, 1)) AS largest_unread_percent,
        fewest_unread
    FROM reference.unreadable_limit
),

asked AS (
    SELECT DISTINCT table_name AS asked_name
    FROM reference.kpi_requirement
)

SELECT
    columns.source,
    columns.table_name,
    columns.column_name,
    columns.remedy,
    CASE
        WHEN columns.is_critical OR own.column_name IS NOT NULL THEN columns.table_name
        ELSE asked.asked_name
    END AS without_it,
    coalesce(own.largest_unread_percent, everyones.largest_unread_percent) AS largest_unread_percent,
    coalesce(own.fewest_unread, everyones.fewest_unread) AS fewest_unread
FROM reference.staged_column AS columns
INNER JOIN limits AS everyones ON everyones.table_name IS NULL
LEFT JOIN limits AS own ON columns.table_name = own.table_name AND columns.column_name = own.column_name
LEFT JOIN asked ON concat(columns.table_name, '.', columns.heading) = asked.asked_name
WHERE columns.is_critical OR own.column_name IS NOT NULL OR asked.asked_name IS NOT NULL
