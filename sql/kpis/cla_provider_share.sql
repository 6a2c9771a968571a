SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    coalesce(placements.placement_provider, 'unknown') AS category,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('provider ', coalesce(placements.placement_provider, 'not recorded')) AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_provider_share'
        AND placements.authority_code = sources.authority_code
        AND placements.reporting_month = sources.reporting_month
        AND placements.source = sources.source
