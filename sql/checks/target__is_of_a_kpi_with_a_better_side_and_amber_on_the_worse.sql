WITH targets AS (
    SELECT
        kpi_id,
        authority_code,
        from_month,
        cast(green_from AS DOUBLE) AS green_from,
        coalesce(cast(amber_from AS DOUBLE), cast(green_from AS DOUBLE)) AS amber_from
    FROM reference.target
)

SELECT
    targets.kpi_id,
    targets.authority_code,
    targets.from_month
FROM targets
LEFT JOIN warehouse.dim_kpi AS kpis ON targets.kpi_id = kpis.kpi_id
WHERE
    NOT coalesce(CASE kpis.direction
        WHEN 'higher_is_better' THEN targets.amber_from <= targets.green_from
        WHEN 'lower_is_better' THEN targets.amber_from >= targets.green_from
    END, false)
