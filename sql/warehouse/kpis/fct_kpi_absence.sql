-- One row a KPI that is absent for an authority at the reporting month, and the tables that it waits for, or what is
-- left out of it.
-- grain: authority_code, kpi_id
WITH delivered AS (
    SELECT
        authority_code,
        table_name,
        min(first_month) AS begins_with,
        max(first_month) AS first_month,
        max(last_month) AS last_month
    FROM core.delivered_table
    GROUP BY authority_code, table_name
),

authorities AS (
    SELECT DISTINCT authority_code
    FROM delivered
),

unreadable AS (
    SELECT
        authority_code,
        delivery_month,
        without_it,
        string_agg(sentence, ', ' ORDER BY sentence) AS sentences
    FROM warehouse.fct_unreadable_column
    GROUP BY authority_code, delivery_month, without_it
),

lacking AS (
    SELECT
        authority_code,
        table_name,
        string_agg(heading, ', ' ORDER BY heading) AS headings
    FROM staging.lacking_column
    WHERE delivery_month = strftime($as_of, '%Y-%m')
    GROUP BY authority_code, table_name
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
        table_name
    FROM warehouse.month_end_list_table
    WHERE reporting_month = strftime($as_of, '%Y-%m')
),

present AS (
    SELECT
        kpi_id,
        authority_code
    FROM warehouse.fct_kpi_coverage
    WHERE reporting_month = strftime($as_of, '%Y-%m')
),

choices AS (
    SELECT
        kpi_id,
        requirement,
        count(DISTINCT alternative) AS alternatives
    FROM reference.kpi_requirement
    GROUP BY kpi_id, requirement
),

-- What there is no choice about is one requirement.
needed AS (
    SELECT
        tables.kpi_id,
        tables.alternative,
        tables.table_name,
        tables.months_needed_before,
        CASE WHEN choices.alternatives > 1 THEN tables.requirement ELSE 0 END AS requirement
    FROM reference.kpi_requirement AS tables
    INNER JOIN choices ON tables.kpi_id = choices.kpi_id AND tables.requirement = choices.requirement
),

tables AS (
    SELECT
        authorities.authority_code,
        needed.*,
        CASE
            WHEN
                lacking.headings IS NOT NULL
                AND coalesce(delivered.last_month, '') < strftime($as_of, '%Y-%m')
                THEN concat('delivered without ', lacking.headings)
            WHEN delivered.last_month IS NULL THEN 'never delivered'
            WHEN delivered.begins_with > strftime($as_of, '%Y-%m') THEN concat('begins with ', delivered.begins_with)
            WHEN delivered.last_month < strftime($as_of, '%Y-%m') THEN concat('delivered up to ', delivered.last_month)
            WHEN
                needed.months_needed_before > 0
                AND $as_of
                < cast(concat(delivered.first_month, '-01') AS DATE)
                + to_months(cast(needed.months_needed_before AS INTEGER))
                THEN concat('does not go back ', needed.months_needed_before, ' months')
            WHEN unreadable.without_it IS NOT NULL THEN unreadable.sentences
            WHEN lists.table_name IS NOT NULL AND listed.table_name IS NULL THEN 'the month is taken from elsewhere'
        END AS lack
    FROM authorities
    CROSS JOIN needed
    LEFT JOIN delivered USING (authority_code, table_name)
    LEFT JOIN unreadable
        ON
            delivered.authority_code = unreadable.authority_code
            AND delivered.table_name = unreadable.without_it
            AND delivered.last_month = unreadable.delivery_month
    LEFT JOIN lacking USING (authority_code, table_name)
    LEFT JOIN lists ON needed.table_name = lists.table_name
    LEFT JOIN listed USING (authority_code, table_name)
    WHERE NOT EXISTS (
        SELECT 1
        FROM present
        WHERE needed.kpi_id = present.kpi_id AND authorities.authority_code = present.authority_code
    )
),

-- Of a table that is not there its columns need not be named.
alternative_tables AS (
    SELECT
        tables.authority_code,
        tables.kpi_id,
        tables.requirement,
        tables.alternative,
        tables.lack,
        string_agg(tables.table_name, ', ' ORDER BY tables.table_name) AS table_names
    FROM tables
    LEFT JOIN tables AS whole
        ON
            tables.authority_code = whole.authority_code
            AND tables.kpi_id = whole.kpi_id
            AND tables.requirement = whole.requirement
            AND tables.alternative = whole.alternative
            AND split_part(tables.table_name, '.', 1) = whole.table_name
            AND tables.table_name <> whole.table_name
    WHERE whole.lack IS NULL
    GROUP BY tables.authority_code, tables.kpi_id, tables.requirement, tables.alternative, tables.lack
),

alternatives AS (
    SELECT
        authority_code,
        kpi_id,
        requirement,
        alternative,
        string_agg(concat(table_names, ' (', lack, ')'), ' and ' ORDER BY table_names) FILTER (WHERE lack IS NOT NULL)
            AS lacks
    FROM alternative_tables
    GROUP BY authority_code, kpi_id, requirement, alternative
),

unmet AS (
    SELECT
        authority_code,
        kpi_id,
        requirement,
        string_agg(lacks, ', or ' ORDER BY alternative) AS lacks
    FROM alternatives
    GROUP BY authority_code, kpi_id, requirement
    HAVING bool_and(lacks IS NOT NULL)
    UNION ALL
    SELECT
        authorities.authority_code,
        kpis.kpi_id,
        2147483647 AS requirement,
        'an estimate of the population at or before the month (population.csv)' AS lacks
    FROM authorities
    CROSS JOIN reference.kpi AS kpis
    LEFT JOIN warehouse.dim_population AS populations
        ON
            authorities.authority_code = populations.authority_code
            AND populations.reporting_month = strftime($as_of, '%Y-%m')
    WHERE kpis.unit = 'per_10000' AND populations.authority_code IS NULL
)

SELECT
    authority_code,
    kpi_id,
    concat('waits for ', string_agg(lacks, '; and for ' ORDER BY requirement)) AS reason
FROM unmet
GROUP BY authority_code, kpi_id
UNION ALL
SELECT
    authority_code,
    kpi_id,
    sentence AS reason
FROM warehouse.fct_undecided_figure
