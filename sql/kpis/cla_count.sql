WITH children AS (
    SELECT
        authority_code,
        team_code,
        reporting_month
    FROM warehouse.fct_child_looked_after_month
    WHERE excluded_because IS NULL
)

SELECT
    authority_code,
    team_code,
    reporting_month,
    count(*) AS numerator,
    cast(NULL AS BIGINT) AS denominator
FROM children
GROUP BY authority_code, team_code, reporting_month
