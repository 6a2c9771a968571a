SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    one_or_zero(
        CASE WHEN looked_after.excluded_because IS NULL THEN unaccompanied.child_id IS NOT NULL END
    ) AS numerator,
    one_if(looked_after.excluded_because IS NULL) AS denominator,
    coalesce(
        looked_after.excluded_because,
        CASE WHEN unaccompanied.child_id IS NOT NULL THEN 'unaccompanied asylum-seeking child' ELSE 'none' END
    ) AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
LEFT JOIN core.unaccompanied_child AS unaccompanied
    ON
        looked_after.authority_code = unaccompanied.authority_code
        AND looked_after.child_id = unaccompanied.child_id
        AND looked_after.month_end < unaccompanied.until_date
WHERE sources.kpi_id = 'cla_uasc'
