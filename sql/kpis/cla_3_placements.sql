SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    one_or_zero(placements.placements_in_year >= 3) AS numerator,
    one_if(placements.placements_in_year IS NOT NULL) AS denominator,
    CASE
        WHEN placements.placements_in_year IS NULL THEN 'number of placements not recorded'
        ELSE concat(placements.placements_in_year, ' placements in twelve months')
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_3_placements'
