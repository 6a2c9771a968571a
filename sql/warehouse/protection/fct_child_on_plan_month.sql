-- One row a child and month end at which a child protection plan of the child is open, with the plan of its own
-- authority that started last, then by id. is_undecided: nothing that could be read says so.
-- grain: authority_code, child_id, reporting_month
WITH plans AS (
    SELECT
        authority_code,
        plan_id,
        child_id,
        start_date,
        end_date,
        is_of_another_authority,
        latest_category,
        is_undecided,
        cast(NULL AS VARCHAR) AS only_month
    FROM core.cp_plan
    UNION ALL
    SELECT
        authority_code,
        plan_id,
        child_id,
        start_date,
        end_date,
        false AS is_of_another_authority,
        latest_category,
        false AS is_undecided,
        reporting_month AS only_month
    FROM core.listed_plan
),

months AS (
    SELECT
        covered.authority_code,
        covered.reporting_month,
        covered.month_end,
        listed_months.reporting_month AS listed_month
    FROM warehouse.dim_covered_month AS covered
    LEFT JOIN warehouse.month_end_list_month AS listed_months
        ON
            covered.authority_code = listed_months.authority_code
            AND covered.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'child protection plan'
),

ranked AS (
    SELECT
        plans.*,
        months.reporting_month,
        months.month_end,
        row_number() OVER (
            PARTITION BY plans.authority_code, plans.child_id, months.reporting_month
            ORDER BY
                plans.is_of_another_authority ASC, plans.is_undecided ASC, plans.start_date DESC, plans.plan_id ASC
        ) AS position
    FROM plans
    INNER JOIN months
        ON
            plans.authority_code = months.authority_code
            AND coalesce(plans.only_month, '') = coalesce(months.listed_month, '')
            AND plans.start_date <= months.month_end
            AND end_date_or_open(plans.end_date) > months.month_end
),

children AS (
    SELECT
        authority_code,
        child_id,
        plan_id,
        start_date,
        is_of_another_authority,
        latest_category,
        is_undecided,
        reporting_month,
        month_end
    FROM ranked
    WHERE position = 1
)

SELECT
    children.authority_code,
    children.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    children.reporting_month,
    children.month_end,
    children.plan_id,
    children.start_date,
    children.latest_category,
    children.is_undecided,
    CASE
        WHEN children.is_of_another_authority THEN 'plan of another authority'
        WHEN known_children.death_date <= children.month_end THEN 'died'
        WHEN known_children.childhood_end <= children.month_end THEN 'aged 18 or over'
    END AS excluded_because
FROM children
LEFT JOIN core.child AS known_children USING (authority_code, child_id)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        children.authority_code = child_teams.authority_code
        AND children.child_id = child_teams.child_id
        AND children.month_end >= child_teams.from_date
