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
        timescales.in_words,
        due_dates.due_date AS first_due_date
    FROM warehouse.fct_child_on_plan_month AS plans
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    LEFT JOIN warehouse.dim_timescale AS timescales
        ON
            plans.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'cp_review_first'
            AND plans.start_date >= timescales.from_date
            AND plans.start_date < timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS due_dates USING (start_date, length, unit)
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
    CASE
        WHEN children.first_due_date > children.month_end THEN concat('plan younger than ', children.in_words)
    END AS excluded_because
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
    children.in_words,
    children.first_due_date,
    children.month_end
