SELECT
    periods.authority_code,
    periods.end_team_code AS team_code,
    periods.end_month AS reporting_month,
    periods.child_id,
    periods.child_id AS record_key,
    one_if(periods.excluded_because IS NULL) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(
        periods.excluded_because,
        concat('ceased ', periods.end_date, coalesce(', ' || periods.end_reason, ', no reason recorded'))
    ) AS reason
FROM warehouse.fct_care_period AS periods
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_ceased'
        AND periods.authority_code = sources.authority_code
        AND periods.end_month = sources.reporting_month
        AND periods.source = sources.source
WHERE periods.only_month IN ('', periods.end_month)
