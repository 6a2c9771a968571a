SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    one_or_zero(placements.distance > 20) AS numerator,
    one_if(placements.distance IS NOT NULL) AS denominator,
    CASE
        WHEN placements.distance IS NULL THEN 'distance not recorded'
        ELSE concat(cast(placements.distance AS DOUBLE), ' miles from home')
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_distance_20m'
