WITH children AS (
    SELECT
        'cla_count' AS kpi_id,
        authority_code,
        reporting_month,
        child_id
    FROM warehouse.fct_child_looked_after_month
    WHERE excluded_because IS NULL
    UNION ALL
    SELECT
        'cpp_count' AS kpi_id,
        authority_code,
        reporting_month,
        child_id
    FROM warehouse.fct_child_on_plan_month
    WHERE excluded_because IS NULL
),

counted AS (
    SELECT
        children.kpi_id,
        children.authority_code,
        children.reporting_month,
        count(DISTINCT children.child_id) AS children
    FROM children
    ANTI JOIN warehouse.fct_kpi_record_undecided AS undecided
        ON
            children.kpi_id = undecided.kpi_id
            AND children.authority_code = undecided.authority_code
            AND children.reporting_month = undecided.reporting_month
            AND children.child_id = undecided.child_id
    GROUP BY children.kpi_id, children.authority_code, children.reporting_month
),

months AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        numerator
    FROM warehouse.fct_kpi_month
    WHERE team_code IS NULL AND kpi_id IN ('cla_count', 'cpp_count')
)

SELECT
    months.kpi_id,
    months.authority_code,
    months.reporting_month
FROM months
LEFT JOIN counted USING (kpi_id, authority_code, reporting_month)
WHERE months.numerator <> coalesce(counted.children, 0)
