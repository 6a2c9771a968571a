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
        kpi_id,
        authority_code,
        reporting_month,
        count(DISTINCT child_id) AS children
    FROM children
    GROUP BY kpi_id, authority_code, reporting_month
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
LEFT JOIN counted
    ON
        months.kpi_id = counted.kpi_id
        AND months.authority_code = counted.authority_code
        AND months.reporting_month = counted.reporting_month
WHERE months.numerator <> coalesce(counted.children, 0)
