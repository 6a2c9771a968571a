WITH conferences AS (
    SELECT
        authority_code,
        team_code,
        reporting_month,
        is_in_time
    FROM warehouse.fct_initial_conference
    WHERE excluded_because IS NULL AND reporting_month IS NOT NULL
)

SELECT
    authority_code,
    team_code,
    reporting_month,
    count(*) FILTER (WHERE is_in_time) AS numerator,
    count(*) AS denominator
FROM conferences
GROUP BY authority_code, team_code, reporting_month
