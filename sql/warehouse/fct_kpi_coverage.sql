-- One row a KPI, authority and month that the tables cover which the KPI needs, and the sources that fed it: of each
-- requirement the first alternative whose tables all cover the month. A list covers the months that are taken from it.
-- Some KPIs are told of their tables' own month alone.
-- grain: kpi_id, authority_code, reporting_month
WITH delivered AS (
    SELECT
        authority_code,
        source,
        table_name,
        first_month,
        last_month
    FROM core.delivered_table
),

needed AS (
    SELECT
        kpi_id,
        requirement,
        alternative,
        table_name,
        is_own_month,
        months_untold
    FROM reference.kpi_requirement
),

months AS (
    SELECT
        reporting_month,
        month_number
    FROM warehouse.dim_month
),

lists AS (
    SELECT DISTINCT subject_source.table_name
    FROM reference.subject_source
    INNER JOIN reference.source AS sources ON subject_source.source = sources.source
    WHERE sources.history = 'own_month'
),

listed AS (
    SELECT
        authority_code,
        reporting_month,
        table_name
    FROM warehouse.dim_listed_table
),

alternatives AS (
    SELECT
        kpi_id,
        requirement,
        alternative,
        count(*) AS tables
    FROM needed
    GROUP BY kpi_id, requirement, alternative
),

requirements AS (
    SELECT
        kpi_id,
        count(DISTINCT requirement) AS requirements
    FROM needed
    GROUP BY kpi_id
),

told AS (
    SELECT
        needed.kpi_id,
        needed.requirement,
        needed.alternative,
        needed.table_name,
        delivered.authority_code,
        delivered.source,
        delivered.last_month,
        CASE
            WHEN needed.is_own_month THEN delivered.last_month
            WHEN needed.months_untold = 0 THEN delivered.first_month
            ELSE
                strftime(
                    cast(concat(delivered.first_month, '-01') AS DATE)
                    + to_months(cast(needed.months_untold AS INTEGER)),
                    '%Y-%m'
                )
        END AS first_month
    FROM needed
    INNER JOIN delivered ON needed.table_name = delivered.table_name
),

whole AS (
    SELECT
        told.kpi_id,
        told.requirement,
        told.alternative,
        told.authority_code,
        months.reporting_month,
        months.month_number
    FROM told
    INNER JOIN months ON months.reporting_month BETWEEN told.first_month AND told.last_month
    INNER JOIN alternatives
        ON
            told.kpi_id = alternatives.kpi_id
            AND told.requirement = alternatives.requirement
            AND told.alternative = alternatives.alternative
    LEFT JOIN lists ON told.table_name = lists.table_name
    LEFT JOIN listed
        ON
            told.authority_code = listed.authority_code
            AND told.table_name = listed.table_name
            AND months.reporting_month = listed.reporting_month
    WHERE lists.table_name IS NULL OR listed.table_name IS NOT NULL
    GROUP BY
        told.kpi_id,
        told.requirement,
        told.alternative,
        told.authority_code,
        months.reporting_month,
        months.month_number,
        alternatives.tables
    HAVING count(DISTINCT told.table_name) = alternatives.tables
),

preferred AS (
    SELECT
        kpi_id,
        requirement,
        authority_code,
        reporting_month,
        month_number,
        min(alternative) AS alternative
    FROM whole
    GROUP BY kpi_id, requirement, authority_code, reporting_month, month_number
),

sources AS (
    SELECT DISTINCT
        kpi_id,
        requirement,
        alternative,
        authority_code,
        source
    FROM told
)

SELECT
    preferred.kpi_id,
    preferred.authority_code,
    preferred.reporting_month,
    preferred.month_number,
    string_agg(DISTINCT sources.source, ', ' ORDER BY sources.source) AS sources
FROM preferred
INNER JOIN requirements ON preferred.kpi_id = requirements.kpi_id
INNER JOIN sources
    ON
        preferred.kpi_id = sources.kpi_id
        AND preferred.requirement = sources.requirement
        AND preferred.alternative = sources.alternative
        AND preferred.authority_code = sources.authority_code
GROUP BY
    preferred.kpi_id,
    preferred.authority_code,
    preferred.reporting_month,
    preferred.month_number,
    requirements.requirements
HAVING count(DISTINCT preferred.requirement) = requirements.requirements
