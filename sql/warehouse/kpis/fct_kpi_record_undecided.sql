-- One row a KPI, authority, team, month and record that the KPI leaves out of both counts, because something that
-- decides it could not be read: how often it would count (records), and with what. A record of several categories has a
-- row for each, and counts in the first of them.
-- grain: kpi_id, authority_code, team_code, reporting_month, child_id, record_key, category
WITH in_doubt AS (
    SELECT
        *,
        coalesce(numerator = denominator, false) AS is_met,
        coalesce(numerator, denominator) IS NOT NULL AS is_counted
    FROM warehouse.fct_kpi_record_in_doubt
),

left_out AS (
    SELECT in_doubt.*
    FROM in_doubt
    WHERE
        EXISTS (
            SELECT 1
            FROM warehouse.fct_unread_record AS unread
            WHERE
                in_doubt.kpi_id = unread.kpi_id
                AND in_doubt.authority_code = unread.authority_code
                AND in_doubt.child_id = unread.child_id
                AND in_doubt.reporting_month >= unread.first_month
                AND in_doubt.reporting_month <= unread.last_month
                AND (
                    unread.leaves_out IN ('child', 'child of every KPI')
                    OR (unread.leaves_out = 'unmet' AND NOT in_doubt.is_met)
                    OR (unread.leaves_out = 'uncounted' AND NOT in_doubt.is_counted)
                )
        )
        OR EXISTS (
            SELECT 1
            FROM warehouse.fct_unread_record AS unread
            WHERE
                in_doubt.kpi_id = unread.kpi_id
                AND in_doubt.authority_code = unread.authority_code
                AND in_doubt.record_key = unread.record_key
                AND in_doubt.reporting_month >= unread.first_month
                AND in_doubt.reporting_month <= unread.last_month
                AND unread.leaves_out = 'record'
        )
)

SELECT
    kpi_id,
    authority_code,
    team_code,
    reporting_month,
    child_id,
    record_key,
    category,
    CASE row_number() OVER of_record WHEN 1 THEN count(*) ELSE 0 END AS records,
    cast(coalesce(sum(numerator), 0) AS DECIMAL(18, 2)) AS numerator,
    cast(coalesce(sum(denominator), 0) AS DECIMAL(18, 2)) AS denominator
FROM left_out
GROUP BY kpi_id, authority_code, team_code, reporting_month, child_id, record_key, category
WINDOW of_record AS (
    PARTITION BY kpi_id, authority_code, team_code, reporting_month, child_id, record_key
    ORDER BY category NULLS FIRST
)
