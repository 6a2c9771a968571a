-- One row a column of codes and a delivery: how many codes are used, and which of them nobody used in the twelve
-- months before: by the dates of events where the source gives its full history, else in the deliveries of those
-- months.
-- grain: authority_code, source, delivery_month, table_name, column_name
WITH profile AS (
    SELECT
        authority_code,
        source,
        reporting_month AS delivery_month,
        table_name,
        column_name,
        code,
        event_month,
        row_count
    FROM validation.profile
    WHERE column_name IS NOT NULL AND code IS NOT NULL
),

by_event AS (
    SELECT
        profile.authority_code,
        profile.source,
        profile.delivery_month,
        profile.table_name,
        profile.column_name,
        profile.code,
        bool_or(profile.event_month = profile.delivery_month) AS is_used,
        bool_or(profile.event_month < profile.delivery_month) AS was_used,
        sum(profile.row_count) FILTER (WHERE profile.event_month = profile.delivery_month) AS row_count
    FROM profile
    INNER JOIN warehouse.dim_delivery AS deliveries USING (authority_code, source, delivery_month)
    WHERE deliveries.history = 'full' AND profile.event_month IS NOT NULL
    GROUP BY ALL
),

of_delivery AS (
    SELECT
        profile.authority_code,
        profile.source,
        profile.delivery_month,
        deliveries.month_number,
        profile.table_name,
        profile.column_name,
        profile.code,
        sum(profile.row_count) AS row_count
    FROM profile
    INNER JOIN warehouse.dim_delivery AS deliveries USING (authority_code, source, delivery_month)
    WHERE deliveries.history <> 'full' OR profile.event_month IS NULL
    GROUP BY ALL
),

by_delivery AS (
    SELECT
        of_delivery.authority_code,
        of_delivery.source,
        of_delivery.delivery_month,
        of_delivery.table_name,
        of_delivery.column_name,
        of_delivery.code,
        true AS is_used,
        bool_or(coalesce(earlier.code = of_delivery.code, false)) AS was_used,
        max(of_delivery.row_count) AS row_count
    FROM of_delivery
    CROSS JOIN reference.drift_limit AS limits
    INNER JOIN of_delivery AS earlier
        ON
            of_delivery.authority_code = earlier.authority_code
            AND of_delivery.source = earlier.source
            AND of_delivery.table_name = earlier.table_name
            AND of_delivery.column_name = earlier.column_name
            AND of_delivery.month_number > earlier.month_number
            AND of_delivery.month_number - limits.months_before <= earlier.month_number
    GROUP BY
        of_delivery.authority_code,
        of_delivery.source,
        of_delivery.delivery_month,
        of_delivery.table_name,
        of_delivery.column_name,
        of_delivery.code
),

codes AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        column_name,
        code,
        is_used,
        was_used,
        row_count
    FROM by_event
    UNION ALL
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        column_name,
        code,
        is_used,
        was_used,
        row_count
    FROM by_delivery
)

SELECT
    authority_code,
    source,
    delivery_month,
    table_name,
    column_name,
    count(*) FILTER (WHERE is_used) AS codes_used,
    count(*) FILTER (WHERE is_used AND NOT was_used) AS codes_new,
    string_agg(
        code || ' in ' || row_count || CASE row_count WHEN 1 THEN ' record' ELSE ' records' END, ', ' ORDER BY code
    ) FILTER (WHERE is_used AND NOT was_used) AS figure
FROM codes
GROUP BY authority_code, source, delivery_month, table_name, column_name
HAVING bool_or(is_used) AND bool_or(was_used)
