-- One row a KPI and record of which something could not be read that decides what the KPI counts, and the months in
-- which it may (docs/conventions.md). What of the KPI it leaves undecided: see reference.unread_effect.
WITH needed AS (
    SELECT DISTINCT
        kpi_id,
        table_name AS without_it
    FROM reference.kpi_requirement
),

deciding AS (
    SELECT
        needed.kpi_id,
        columns.source,
        columns.table_name,
        columns.column_name
    FROM warehouse.dim_deciding_column AS columns
    INNER JOIN needed ON columns.without_it = needed.without_it
    UNION
    SELECT
        kpis.kpi_id,
        columns.source,
        columns.table_name,
        columns.column_name
    FROM warehouse.dim_deciding_column AS columns
    INNER JOIN reference.unread_effect AS effects
        ON columns.table_name = effects.table_name AND effects.leaves_out = 'child of every KPI'
    CROSS JOIN reference.kpi AS kpis
    UNION
    SELECT
        effects.kpi_id,
        columns.source,
        columns.table_name,
        columns.column_name
    FROM warehouse.dim_deciding_column AS columns
    INNER JOIN reference.unread_effect AS effects ON columns.table_name = effects.table_name
    WHERE effects.kpi_id IS NOT NULL AND columns.table_name = columns.without_it
),

needing AS (
    SELECT DISTINCT
        kpi_id,
        table_name
    FROM deciding
),

effects AS (
    SELECT
        needing.kpi_id,
        effects.table_name,
        effects.kpi_id AS of_kpi,
        effects.months_after,
        effects.leaves_out,
        effects.counts_itself,
        string_split(coalesce(effects.unneeded_columns, ''), ' ') AS unneeded_columns
    FROM needing
    INNER JOIN reference.unread_effect AS effects
        ON needing.table_name = effects.table_name AND coalesce(effects.kpi_id, needing.kpi_id) = needing.kpi_id
    QUALIFY row_number() OVER (PARTITION BY needing.kpi_id, needing.table_name ORDER BY effects.kpi_id NULLS LAST) = 1
),

columns AS (
    SELECT
        deciding.kpi_id,
        deciding.source,
        deciding.table_name,
        list(deciding.column_name ORDER BY deciding.column_name) AS column_names
    FROM deciding
    INNER JOIN effects ON deciding.kpi_id = effects.kpi_id AND deciding.table_name = effects.table_name
    WHERE NOT list_contains(effects.unneeded_columns, deciding.column_name)
    GROUP BY deciding.kpi_id, deciding.source, deciding.table_name
),

care_periods AS (
    SELECT DISTINCT
        authority_code,
        care_period_id,
        child_id
    FROM core.care_episode
    WHERE care_period_id IS NOT NULL
),

records AS (
    SELECT
        effects.kpi_id,
        unread.table_name,
        unread.authority_code,
        unread.record_key,
        unread.first_date,
        unread.is_first_date_unread,
        effects.leaves_out,
        effects.counts_itself,
        coalesce(care_periods.child_id, same.known_as, unread.child_id) AS child_id,
        cast(unread.last_date + to_months(cast(effects.months_after AS INTEGER)) AS DATE) AS last_date,
        CASE sources.history WHEN 'own_month' THEN unread.delivery_month END AS only_month,
        array_to_string(list_sort(list_intersect(unread.unread_columns, columns.column_names)), ', ')
            AS unread_columns
    FROM core.unread_record AS unread
    INNER JOIN effects
        ON unread.table_name = effects.table_name AND unread.kpi_id IS NOT DISTINCT FROM effects.of_kpi
    INNER JOIN columns ON effects.kpi_id = columns.kpi_id AND effects.table_name = columns.table_name
    INNER JOIN reference.source AS sources ON columns.source = sources.source
    LEFT JOIN core.same_child AS same
        ON unread.authority_code = same.authority_code AND unread.child_id = same.child_id
    LEFT JOIN care_periods
        ON unread.authority_code = care_periods.authority_code AND unread.child_id = care_periods.care_period_id
    WHERE list_has_any(unread.unread_columns, columns.column_names)
)

SELECT
    records.kpi_id,
    records.authority_code,
    records.table_name,
    records.record_key,
    records.child_id,
    records.unread_columns,
    records.leaves_out,
    records.counts_itself,
    records.is_first_date_unread,
    coalesce(records.only_month, strftime(records.first_date, '%Y-%m'), '0001-01') AS first_month,
    coalesce(
        records.only_month, strftime(least(records.last_date, children.childhood_end), '%Y-%m'), '9999-12'
    ) AS last_month
FROM records
LEFT JOIN core.child AS children USING (authority_code, child_id)
