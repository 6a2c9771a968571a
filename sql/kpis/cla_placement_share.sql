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
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_placement_share'
        AND placements.authority_code = sources.authority_code
        AND placements.reporting_month = sources.reporting_month
        AND placements.source = sources.source
LEFT JOIN reference.placement_type AS kinds ON placements.placement_type = kinds.placement_type
