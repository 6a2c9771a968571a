-- A survey knows no teams: its one row is the whole authority's.
SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    cast(NULL AS UUID) AS child_id,
    cast(NULL AS UUID) AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN respondents END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN invited END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, concat('survey of ', survey_date)) AS reason
FROM warehouse.fct_survey_wave
