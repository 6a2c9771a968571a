-- One row a child protection plan of the authority's own, with the teams that held the child when it started and when
-- it ended. latest_end_before: the last day of a plan of the child that had begun before it, and had ended by its
-- start.
-- grain: authority_code, plan_id
WITH plans AS (
    SELECT
        authority_code,
        plan_id,
        child_id,
        start_date,
        end_date,
        plans_before,
        count(*) OVER earlier AS earlier_plans
    FROM core.cp_plan
    WHERE NOT is_of_another_authority AND start_date IS NOT NULL AND coalesce(end_date, start_date) >= start_date
    WINDOW earlier AS (
        PARTITION BY authority_code, child_id
        ORDER BY start_date RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
    )
),

ended AS (
    SELECT
        plans.authority_code,
        plans.plan_id,
        max(earlier.end_date) AS latest_end_before
    FROM plans
    INNER JOIN plans AS earlier
        ON
            plans.authority_code = earlier.authority_code
            AND plans.child_id = earlier.child_id
            AND plans.start_date > earlier.start_date
            AND plans.start_date >= earlier.end_date
    WHERE plans.earlier_plans > 0
    GROUP BY plans.authority_code, plans.plan_id
)

SELECT
    plans.authority_code,
    plans.plan_id,
    plans.child_id,
    plans.start_date,
    strftime(plans.start_date, '%Y-%m') AS start_month,
    coalesce(start_teams.team_code, 'unallocated') AS start_team_code,
    plans.end_date,
    strftime(plans.end_date, '%Y-%m') AS end_month,
    coalesce(end_teams.team_code, 'unallocated') AS end_team_code,
    date_diff('day', plans.start_date, plans.end_date) AS days,
    plans.plans_before,
    plans.earlier_plans,
    ended.latest_end_before
FROM plans
LEFT JOIN ended ON plans.authority_code = ended.authority_code AND plans.plan_id = ended.plan_id
ASOF LEFT JOIN core.child_team AS start_teams
    ON
        plans.authority_code = start_teams.authority_code
        AND plans.child_id = start_teams.child_id
        AND plans.start_date >= start_teams.from_date
ASOF LEFT JOIN core.child_team AS end_teams
    ON
        plans.authority_code = end_teams.authority_code
        AND plans.child_id = end_teams.child_id
        AND plans.end_date >= end_teams.from_date
