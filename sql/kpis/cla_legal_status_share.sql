SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    coalesce(looked_after.legal_status, 'unknown') AS category,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(
        CASE WHEN looked_after.excluded_because IS NULL AND NOT looked_after.is_undecided THEN 1 END AS DECIMAL(18, 2)
    ) AS denominator,
    coalesce(
        looked_after.excluded_because, concat('legal status ', coalesce(looked_after.legal_status, 'not recorded'))
    ) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_legal_status_share'
        AND looked_after.authority_code = sources.authority_code
        AND looked_after.reporting_month = sources.reporting_month
        AND looked_after.source = sources.source
