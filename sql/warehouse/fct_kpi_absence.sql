-- One row a KPI that is absent for an authority at the reporting month, and the tables that it waits for.
-- grain: authority_code, kpi_id
WITH delivered AS (
    SELECT
        authority_code,
        table_name,
        last_month
    FROM core.delivered_table
),

authorities AS (
    SELECT DISTINCT authority_code
    FROM delivered
),

requirements AS (
    SELECT
        kpi_id,
        requirement,
        table_name
    FROM reference.kpi_requirement
),

present AS (
    SELECT
        kpi_id,
        authority_code
    FROM warehouse.fct_kpi_coverage
    WHERE reporting_month = strftime($as_of, '%Y-%m')
),

tables AS (
    SELECT
        authorities.authority_code,
        requirements.kpi_id,
        requirements.requirement,
        requirements.table_name,
        coalesce(delivered.last_month >= strftime($as_of, '%Y-%m'), false) AS is_there,
        concat(
            requirements.table_name,
            CASE
                WHEN delivered.last_month IS NULL THEN ' (never delivered)'
                ELSE concat(' (delivered up to ', delivered.last_month, ')')
            END
        ) AS told
    FROM authorities
    CROSS JOIN requirements
    LEFT JOIN delivered
        ON
            authorities.authority_code = delivered.authority_code
            AND requirements.table_name = delivered.table_name
    WHERE NOT EXISTS (
        SELECT 1
        FROM present
        WHERE requirements.kpi_id = present.kpi_id AND authorities.authority_code = present.authority_code
    )
),

unmet AS (
    SELECT
        authority_code,
        kpi_id,
        requirement,
        string_agg(told, ' or ' ORDER BY table_name) AS told
    FROM tables
    GROUP BY authority_code, kpi_id, requirement
    HAVING NOT bool_or(is_there)
),

reasons AS (
    SELECT DISTINCT
        authority_code,
        kpi_id,
        told
    FROM unmet
)

SELECT
    authority_code,
    kpi_id,
    concat('waits for ', string_agg(told, ' and ' ORDER BY told)) AS reason
FROM reasons
GROUP BY authority_code, kpi_id
