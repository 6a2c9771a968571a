SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    coalesce(looked_after.category_of_need, 'unknown') AS category,
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS numerator,
    one_if(looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided) AS denominator,
    coalesce(
        looked_after.excluded_because,
        concat('category of need ', coalesce(looked_after.category_of_need, 'not recorded'))
    ) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_need_share'
