SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    coalesce(children.ethnic_group, 'unknown') AS category,
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS numerator,
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS denominator,
    coalesce(looked_after.excluded_because, children.ethnic_group, 'unknown') AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
LEFT JOIN core.child_group AS children
    ON looked_after.authority_code = children.authority_code AND looked_after.child_id = children.child_id
WHERE sources.kpi_id = 'cla_ethnicity_share'
