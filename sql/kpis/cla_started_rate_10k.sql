-- The population is known of the whole authority alone.
SELECT
    months.authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    months.reporting_month,
    periods.child_id,
    periods.child_id AS record_key,
    one_if(periods.excluded_because IS NULL AND NOT periods.is_continued) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(periods.excluded_because, concat('started ', periods.start_date)) AS reason
FROM warehouse.dim_kpi_source AS sources
INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
INNER JOIN warehouse.fct_care_period AS periods
    ON
        months.authority_code = periods.authority_code
        AND sources.source = periods.source
        AND months.year_before < periods.start_date
        AND months.month_end >= periods.start_date
WHERE sources.kpi_id = 'cla_started_rate_10k' AND periods.only_month IN ('', months.reporting_month)
UNION ALL BY NAME
SELECT *
FROM warehouse.fct_population_record
