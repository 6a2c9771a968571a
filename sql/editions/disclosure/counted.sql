-- One row a KPI, authority, month, length of window and category: what is counted of the whole authority, and the keys
-- of both sets of records. The records of a window are those of its months; what a category is a share of, those of
-- all.
WITH records AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        category,
        numerator,
        denominator,
        record_or_month(record_key, authority_code, reporting_month) AS record_key
    FROM exact.warehouse.fct_kpi_record
    WHERE numerator <> 0 OR denominator <> 0
),

hashed AS (
    SELECT
        record_key,
        record_hash(record_key) AS record_hash
    FROM records
    GROUP BY record_key
),

month_keys AS (
    SELECT
        records.kpi_id,
        records.authority_code,
        months.month_number,
        records.category,
        sum(hashed.record_hash) FILTER (WHERE records.numerator <> 0) AS numerator_hashes,
        sum(hashed.record_hash) FILTER (WHERE records.denominator <> 0) AS denominator_hashes
    FROM records
    INNER JOIN hashed ON records.record_key = hashed.record_key
    INNER JOIN exact.warehouse.dim_month AS months ON records.reporting_month = months.reporting_month
    GROUP BY records.kpi_id, records.authority_code, months.month_number, records.category
),

figures AS (
    SELECT
        kpi_id,
        authority_code,
        month_number,
        window_months,
        category,
        numerator,
        denominator
    FROM exact.warehouse.fct_kpi_window_count
    WHERE team_code IS NULL
    UNION ALL
    SELECT
        months.kpi_id,
        months.authority_code,
        months.month_number,
        1 AS window_months,
        months.category,
        months.numerator,
        months.denominator
    FROM exact.warehouse.fct_kpi_month AS months
    INNER JOIN exact.warehouse.dim_kpi AS kpis ON months.kpi_id = kpis.kpi_id
    WHERE months.team_code IS NULL AND kpis.measure = 'flow'
)

SELECT
    figures.kpi_id,
    figures.authority_code,
    figures.month_number,
    figures.window_months,
    figures.category,
    figures.numerator,
    figures.denominator,
    cell_key(
        sum(month_keys.numerator_hashes) FILTER (
            WHERE coalesce(figures.category, '') = coalesce(month_keys.category, '')
        )
    ) AS numerator_key,
    cell_key(sum(month_keys.denominator_hashes)) AS denominator_key
FROM figures
LEFT JOIN month_keys
    ON
        figures.kpi_id = month_keys.kpi_id
        AND figures.authority_code = month_keys.authority_code
        AND month_keys.month_number BETWEEN figures.month_number - figures.window_months + 1 AND figures.month_number
GROUP BY ALL
