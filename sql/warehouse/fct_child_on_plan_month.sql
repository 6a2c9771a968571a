-- One row a child and month end at which a child protection plan of the child is open.
WITH plans AS (
    SELECT
        authority_code,
        child_id,
        start_date,
        end_date,
        is_of_another_authority
    FROM core.cp_plan
),

months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.dim_covered_month
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date,
        until_date
    FROM core.child_team
),

children AS (
    SELECT
        plans.authority_code,
        plans.child_id,
        months.reporting_month,
        months.month_end,
        bool_and(plans.is_of_another_authority) AS is_only_of_another_authority
    FROM plans
    INNER JOIN months
        ON
            plans.authority_code = months.authority_code
            AND plans.start_date <= months.month_end
            AND coalesce(plans.end_date, DATE '9999-12-31') > months.month_end
    GROUP BY plans.authority_code, plans.child_id, months.reporting_month, months.month_end
)

SELECT
    children.authority_code,
    children.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    children.reporting_month,
    CASE WHEN children.is_only_of_another_authority THEN 'plan of another authority' END AS excluded_because
FROM children
LEFT JOIN child_teams
    ON
        children.authority_code = child_teams.authority_code
        AND children.child_id = child_teams.child_id
        AND children.month_end >= child_teams.from_date
        AND children.month_end < coalesce(child_teams.until_date, DATE '9999-12-31')
