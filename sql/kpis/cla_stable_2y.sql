SELECT
    placements.authority_code,
    placements.team_code,
    placements.reporting_month,
    placements.child_id,
    placements.child_id AS record_key,
    cast(
        CASE WHEN placements.is_long_looked_after THEN cast(placements.is_stable AS INTEGER) END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN placements.is_long_looked_after THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN NOT placements.is_long_looked_after
            THEN 'aged 16 or over, or looked after for less than two and a half years'
        ELSE coalesce('in the same placement since ' || placements.same_carer_since, 'no placement')
    END AS reason
FROM warehouse.fct_placement_month AS placements
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_stable_2y'
        AND placements.authority_code = sources.authority_code
        AND placements.reporting_month = sources.reporting_month
        AND placements.source = sources.source
