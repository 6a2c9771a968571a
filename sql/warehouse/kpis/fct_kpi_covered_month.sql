-- One row a KPI, authority and month that the tables cover which the KPI needs, and the sources that fed it: of each
-- requirement the first alternative whose tables all cover the month: from it the month is counted, and where a column
-- is missing that the KPI asks for besides, from no other. A list covers the months that are taken from it.
-- Some KPIs are given for their tables' own month alone. A rate needs an estimate of the population, also named here.
-- grain: kpi_id, authority_code, reporting_month
WITH lists AS (
    SELECT DISTINCT subject_source.table_name
    FROM reference.subject_source
    INNER JOIN reference.source AS sources ON subject_source.source = sources.source
    WHERE sources.history = 'own_month'
),

-- By them it is decided from which source a subject is taken.
deciding AS (
    SELECT DISTINCT needed.table_name
    FROM reference.kpi_requirement AS needed
    LEFT JOIN reference.subject_source AS subjects ON needed.table_name = subjects.table_name
    WHERE NOT contains(needed.table_name, '.') OR subjects.table_name IS NOT NULL
),

alternatives AS (
    SELECT
        needed.kpi_id,
        needed.requirement,
        needed.alternative,
        count(*) AS tables,
        count(deciding.table_name) AS deciding_tables
    FROM reference.kpi_requirement AS needed
    LEFT JOIN deciding ON needed.table_name = deciding.table_name
    GROUP BY needed.kpi_id, needed.requirement, needed.alternative
),

requirements AS (
    SELECT
        kpi_id,
        count(DISTINCT requirement) AS requirements
    FROM reference.kpi_requirement
    GROUP BY kpi_id
),

usable AS (
    SELECT
        needed.kpi_id,
        needed.requirement,
        needed.alternative,
        needed.table_name,
        deciding.table_name IS NOT NULL AS is_deciding,
        delivered.authority_code,
        delivered.source,
        delivered.last_month,
        CASE
            WHEN needed.is_own_month THEN delivered.last_month
            WHEN needed.months_needed_before = 0 THEN delivered.first_month
            ELSE
                strftime(
                    cast(concat(delivered.first_month, '-01') AS DATE)
                    + to_months(cast(needed.months_needed_before AS INTEGER)),
                    '%Y-%m'
                )
        END AS first_month
    FROM reference.kpi_requirement AS needed
    INNER JOIN warehouse.dim_readable_table AS delivered ON needed.table_name = delivered.table_name
    LEFT JOIN deciding ON needed.table_name = deciding.table_name
),

counted_from AS (
    SELECT
        usable.kpi_id,
        usable.requirement,
        usable.alternative,
        usable.authority_code,
        months.reporting_month,
        months.month_number,
        count(DISTINCT usable.table_name) = alternatives.tables AS is_whole
    FROM usable
    INNER JOIN warehouse.dim_month AS months ON months.reporting_month BETWEEN usable.first_month AND usable.last_month
    INNER JOIN alternatives
        ON
            usable.kpi_id = alternatives.kpi_id
            AND usable.requirement = alternatives.requirement
            AND usable.alternative = alternatives.alternative
    LEFT JOIN lists ON usable.table_name = lists.table_name
    LEFT JOIN warehouse.month_end_list_table AS listed
        ON
            usable.authority_code = listed.authority_code
            AND usable.table_name = listed.table_name
            AND months.reporting_month = listed.reporting_month
    WHERE lists.table_name IS NULL OR listed.table_name IS NOT NULL
    GROUP BY
        usable.kpi_id,
        usable.requirement,
        usable.alternative,
        usable.authority_code,
        months.reporting_month,
        months.month_number,
        alternatives.tables,
        alternatives.deciding_tables
    HAVING count(DISTINCT usable.table_name) FILTER (WHERE usable.is_deciding) = alternatives.deciding_tables
),

preferred AS (
    SELECT
        kpi_id,
        requirement,
        authority_code,
        reporting_month,
        month_number,
        min(alternative) AS alternative
    FROM counted_from
    GROUP BY kpi_id, requirement, authority_code, reporting_month, month_number
    HAVING min_by(is_whole, alternative)
),

sources AS (
    SELECT DISTINCT
        kpi_id,
        requirement,
        alternative,
        authority_code,
        source
    FROM usable
)

SELECT
    preferred.kpi_id,
    preferred.authority_code,
    preferred.reporting_month,
    preferred.month_number,
    concat_ws(
        ', ',
        string_agg(DISTINCT sources.source, ', ' ORDER BY sources.source),
        'population of mid-' || max(populations.year)
    ) AS sources
FROM preferred
INNER JOIN reference.kpi AS kpis ON preferred.kpi_id = kpis.kpi_id
LEFT JOIN warehouse.dim_population AS populations
    ON
        kpis.unit = 'per_10000'
        AND preferred.authority_code = populations.authority_code
        AND preferred.reporting_month = populations.reporting_month
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
HAVING
    count(DISTINCT preferred.requirement) = requirements.requirements
    AND (any_value(kpis.unit) <> 'per_10000' OR max(populations.year) IS NOT NULL)
