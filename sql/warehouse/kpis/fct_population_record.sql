-- One row an authority and month: what a rate is of, as a KPI counts it, beside the records of its numerator.
-- grain: authority_code, reporting_month
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
