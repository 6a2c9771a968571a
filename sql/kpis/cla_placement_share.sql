SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    coalesce(kinds.category, 'unknown') AS category,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat(
        'placement ',
        coalesce(placements.placement_type, 'not recorded'),
        coalesce(', ' || placements.placement_provider, '')
    ) AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
LEFT JOIN reference.placement_type AS kinds ON placements.placement_type = kinds.placement_type
WHERE sources.kpi_id = 'cla_placement_share'
