SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    cast(cast(placements.location = 'Out' AS INTEGER) AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN placements.location IS NOT NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE placements.location
        WHEN 'Out' THEN 'outside the authority'
        WHEN 'In' THEN 'within the authority'
        ELSE 'location not recorded'
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_outside_authority'
        AND placements.authority_code = sources.authority_code
        AND placements.reporting_month = sources.reporting_month
        AND placements.source = sources.source
