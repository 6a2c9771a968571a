SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    coalesce(children.ethnic_group, 'unknown') AS category,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS denominator,
    coalesce(looked_after.excluded_because, children.ethnic_group, 'unknown') AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_ethnicity_share'
        AND looked_after.authority_code = sources.authority_code
        AND looked_after.reporting_month = sources.reporting_month
        AND looked_after.source = sources.source
LEFT JOIN core.child_group AS children
    ON looked_after.authority_code = children.authority_code AND looked_after.child_id = children.child_id
