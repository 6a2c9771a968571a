-- A survey knows no teams: its one row is the whole authority's.
WITH waves AS (
    SELECT
        authority_code,
        reporting_month,
        respondents,
        invited
    FROM warehouse.fct_survey_wave
    WHERE excluded_because IS NULL
)

SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    respondents AS numerator,
    invited AS denominator
FROM waves
