-- One row a child on a plan at a month end, and whether every review of that plan that fell due in the twelve months
-- before was in time.
-- grain: authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        plans.authority_code,
        plans.child_id,
        plans.team_code,
        plans.reporting_month,
        plans.month_end,
        months.year_before,
        plans.plan_id,
        cast(plans.start_date + INTERVAL 3 MONTH AS DATE) AS three_months_old
    FROM warehouse.fct_child_on_plan_month AS plans
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            plans.authority_code = months.authority_code
            AND plans.reporting_month = months.reporting_month
    WHERE plans.excluded_because IS NULL
),

unmet AS (
    SELECT
        authority_code,
        spell_key,
        due_date
    FROM warehouse.fct_obligation
    WHERE kind = 'cp_review' AND excluded_because IS NULL AND status IN ('late', 'missed')
)

SELECT
    children.authority_code,
    children.child_id,
    children.team_code,
    children.reporting_month,
    children.plan_id,
    count(unmet.due_date) AS unmet,
    CASE WHEN children.three_months_old > children.month_end THEN 'plan younger than three months' END
        AS excluded_because
FROM children
LEFT JOIN unmet
    ON
        children.authority_code = unmet.authority_code
        AND children.plan_id = unmet.spell_key
        AND children.year_before < unmet.due_date
        AND children.month_end >= unmet.due_date
GROUP BY
    children.authority_code,
    children.child_id,
    children.team_code,
    children.reporting_month,
    children.plan_id,
    children.three_months_old,
    children.month_end
