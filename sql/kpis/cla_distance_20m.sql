SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    cast(cast(placements.distance > 20 AS INTEGER) AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN placements.distance IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN placements.distance IS NULL THEN 'distance not recorded'
        ELSE concat(cast(placements.distance AS DOUBLE), ' miles from home')
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_distance_20m'
        AND placements.authority_code = sources.authority_code
        AND placements.reporting_month = sources.reporting_month
        AND placements.source = sources.source
