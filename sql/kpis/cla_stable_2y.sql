SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    one_or_zero(CASE WHEN placements.is_long_looked_after THEN placements.is_stable END) AS numerator,
    one_if(placements.is_long_looked_after) AS denominator,
    CASE
        WHEN NOT placements.is_long_looked_after
            THEN 'aged 16 or over, or looked after for less than two and a half years'
        ELSE coalesce('in the same placement since ' || placements.same_carer_since, 'no placement')
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_stable_2y'
