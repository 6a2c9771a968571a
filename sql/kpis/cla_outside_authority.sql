SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    one_or_zero(placements.location = 'Out') AS numerator,
    one_if(placements.location IS NOT NULL) AS denominator,
    CASE placements.location
        WHEN 'Out' THEN 'outside the authority'
        WHEN 'In' THEN 'within the authority'
        ELSE 'location not recorded'
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_outside_authority'
