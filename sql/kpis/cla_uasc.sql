SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    cast(
        CASE
            WHEN looked_after.excluded_because IS NULL
                THEN cast(unaccompanied.child_id IS NOT NULL AS INTEGER)
        END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN looked_after.excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(
        looked_after.excluded_because,
        CASE WHEN unaccompanied.child_id IS NOT NULL THEN 'unaccompanied asylum-seeking child' ELSE 'none' END
    ) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_uasc'
        AND looked_after.authority_code = sources.authority_code
        AND looked_after.reporting_month = sources.reporting_month
        AND looked_after.source = sources.source
LEFT JOIN core.unaccompanied_child AS unaccompanied
    ON
        looked_after.authority_code = unaccompanied.authority_code
        AND looked_after.child_id = unaccompanied.child_id
        AND looked_after.month_end < unaccompanied.until_date
