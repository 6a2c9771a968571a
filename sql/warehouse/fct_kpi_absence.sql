-- One row a KPI that is absent for an authority at the reporting month, and the tables that it waits for.
-- grain: authority_code, kpi_id
WITH delivered AS (
    SELECT
        authority_code,
        table_name,
        max(first_month) AS first_month,
        max(last_month) AS last_month
    FROM core.delivered_table
    GROUP BY authority_code, table_name
),

authorities AS (
    SELECT DISTINCT authority_code
    FROM delivered
),

needed AS (
    SELECT
        kpi_id,
        requirement,
        alternative,
        table_name,
        months_untold
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
        needed.kpi_id,
        needed.requirement,
        needed.alternative,
        needed.table_name,
        CASE
            WHEN delivered.last_month IS NULL THEN 'never delivered'
            WHEN delivered.last_month < strftime($as_of, '%Y-%m') THEN concat('delivered up to ', delivered.last_month)
            WHEN
                needed.months_untold > 0
                AND cast(concat(delivered.first_month, '-01') AS DATE)
                + to_months(cast(needed.months_untold AS INTEGER))
                > $as_of
                THEN concat('of its first ', needed.months_untold, ' months nothing can be told')
        END AS lack
    FROM authorities
    CROSS JOIN needed
    LEFT JOIN delivered
        ON
            authorities.authority_code = delivered.authority_code
            AND needed.table_name = delivered.table_name
    WHERE NOT EXISTS (
        SELECT 1
        FROM present
        WHERE needed.kpi_id = present.kpi_id AND authorities.authority_code = present.authority_code
    )
),

alternatives AS (
    SELECT
        authority_code,
        kpi_id,
        requirement,
        alternative,
        string_agg(concat(table_name, ' (', lack, ')'), ' and ' ORDER BY table_name) FILTER (WHERE lack IS NOT NULL)
            AS told
    FROM tables
    GROUP BY authority_code, kpi_id, requirement, alternative
),

unmet AS (
    SELECT
        authority_code,
        kpi_id,
        requirement,
        string_agg(told, ', or ' ORDER BY alternative) AS told
    FROM alternatives
    GROUP BY authority_code, kpi_id, requirement
    HAVING bool_and(told IS NOT NULL)
)

SELECT
    authority_code,
    kpi_id,
    concat('waits for ', string_agg(told, '; and for ' ORDER BY requirement)) AS reason
FROM unmet
GROUP BY authority_code, kpi_id
