SELECT
    periods.authority_code,
    periods.start_team_code AS team_code,
    periods.start_month AS reporting_month,
    periods.child_id,
    periods.child_id AS record_key,
    one_if(periods.excluded_because IS NULL AND NOT periods.is_continued) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(
        periods.excluded_because,
        CASE WHEN periods.is_continued THEN 'goes on from an episode that is not there' END,
        concat('started ', periods.start_date)
    ) AS reason
FROM warehouse.fct_care_period AS periods
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_started'
        AND periods.authority_code = sources.authority_code
        AND periods.start_month = sources.reporting_month
        AND periods.source = sources.source
WHERE periods.only_month IN ('', periods.start_month)
