SELECT
    periods.authority_code,
    periods.end_team_code AS team_code,
    periods.end_month AS reporting_month,
    periods.child_id,
    periods.child_id AS record_key,
    coalesce(reasons.category, 'unknown') AS category,
    one_if(periods.excluded_because IS NULL) AS numerator,
    one_if(periods.excluded_because IS NULL) AS denominator,
    coalesce(periods.excluded_because, concat('reason ', coalesce(periods.end_reason, 'not recorded'))) AS reason
FROM warehouse.fct_care_period AS periods
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_ceased_reason_share'
        AND periods.authority_code = sources.authority_code
        AND periods.end_month = sources.reporting_month
        AND periods.source = sources.source
LEFT JOIN reference.ceased_reason AS reasons ON periods.end_reason = reasons.ceased_reason
WHERE periods.only_month IN ('', periods.end_month)
