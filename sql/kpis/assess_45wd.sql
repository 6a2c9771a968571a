WITH assessments AS (
    SELECT
        authority_code,
        team_code,
        reporting_month,
        is_in_time
    FROM warehouse.fct_assessment
    WHERE excluded_because IS NULL AND reporting_month IS NOT NULL
)

SELECT
    authority_code,
    team_code,
    reporting_month,
    count(*) FILTER (WHERE is_in_time) AS numerator,
    count(*) AS denominator
FROM assessments
GROUP BY authority_code, team_code, reporting_month
