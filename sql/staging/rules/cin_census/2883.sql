WITH plans AS (
    SELECT count(*) AS started
    FROM rule_table.cp_plan AS plan
    INNER JOIN rule_table.coverage ON plan.start_date BETWEEN coverage.first_day AND coverage.last_day
),

conferences AS (
    SELECT count(*) AS held
    FROM rule_table.conference AS conference
    INNER JOIN rule_table.coverage ON conference.conference_date BETWEEN coverage.first_day AND coverage.last_day
)

SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN plans
CROSS JOIN conferences
WHERE plans.started > conferences.held
