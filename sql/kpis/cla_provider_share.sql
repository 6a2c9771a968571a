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
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_provider_share'
