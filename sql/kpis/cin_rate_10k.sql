-- The population is known of the whole authority alone.
SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    child_id,
    child_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL AND NOT is_undecided THEN 1 END AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('referred on ', start_date)) AS reason
FROM warehouse.fct_child_in_need_month
UNION ALL
SELECT
    months.authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    months.reporting_month,
    cast(NULL AS UUID) AS child_id,
    cast(NULL AS UUID) AS record_key,
    cast(NULL AS DECIMAL(18, 2)) AS numerator,
    cast(populations.population AS DECIMAL(18, 2)) AS denominator,
    concat('children aged 0 to 17 in the middle of ', populations.year) AS reason
FROM warehouse.dim_covered_month AS months
INNER JOIN warehouse.dim_population AS populations USING (authority_code, reporting_month)
