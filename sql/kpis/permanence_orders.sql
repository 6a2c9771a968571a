SELECT
    periods.authority_code,
    periods.end_team_code AS team_code,
    periods.end_month AS reporting_month,
    periods.child_id,
    periods.child_id AS record_key,
    one_or_zero(
        CASE
            WHEN periods.excluded_because IS NULL AND periods.end_reason IS NOT NULL
                THEN coalesce(reasons.category IN ('adopted', 'special_guardianship', 'child_arrangements'), false)
        END
    ) AS numerator,
    one_if(periods.excluded_because IS NULL AND periods.end_reason IS NOT NULL) AS denominator,
    coalesce(periods.excluded_because, concat('reason ', coalesce(periods.end_reason, 'not recorded'))) AS reason
FROM warehouse.fct_care_period AS periods
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'permanence_orders'
        AND periods.authority_code = sources.authority_code
        AND periods.end_month = sources.reporting_month
        AND periods.source = sources.source
LEFT JOIN reference.ceased_reason AS reasons ON periods.end_reason = reasons.ceased_reason
WHERE periods.only_month IN ('', periods.end_month)
