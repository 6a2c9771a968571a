-- One row a KPI, authority and month for which every table that the KPI needs was delivered. A
-- requirement that names several tables is met by any of them. Some tell of their own month alone.
-- grain: kpi_id, authority_code, reporting_month
WITH delivered AS (
    SELECT
        authority_code,
        table_name,
        first_month,
        last_month
    FROM core.delivered_table
),

requirements AS (
    SELECT
        kpi_id,
        requirement,
        table_name,
        is_own_month
    FROM reference.kpi_requirement
),

months AS (
    SELECT
        reporting_month,
        month_number
    FROM warehouse.dim_month
),

needed AS (
    SELECT
        kpi_id,
        count(DISTINCT requirement) AS requirements
    FROM requirements
    GROUP BY kpi_id
),

met AS (
    SELECT
        requirements.kpi_id,
        delivered.authority_code,
        months.reporting_month,
        months.month_number,
        count(DISTINCT requirements.requirement) AS requirements
    FROM requirements
    INNER JOIN delivered ON requirements.table_name = delivered.table_name
    INNER JOIN months
        ON
            delivered.last_month >= months.reporting_month
            AND CASE WHEN requirements.is_own_month THEN delivered.last_month ELSE delivered.first_month END
            <= months.reporting_month
    GROUP BY requirements.kpi_id, delivered.authority_code, months.reporting_month, months.month_number
)

SELECT
    met.kpi_id,
    met.authority_code,
    met.reporting_month,
    met.month_number
FROM met
INNER JOIN needed ON met.kpi_id = needed.kpi_id AND met.requirements = needed.requirements
