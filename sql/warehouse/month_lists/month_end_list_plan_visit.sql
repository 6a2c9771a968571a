-- One row a child on a plan on a list of one month's end, with the clock of child protection visits that its latest
-- visit started, or the plan, or the birth: of several plans the one that started last, then by id.
-- grain: authority_code, child_id, reporting_month
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.month_end_list_month
    WHERE subject = 'child protection visit'
),

ranked AS (
    SELECT
        plans.authority_code,
        plans.child_id,
        plans.plan_id,
        months.reporting_month,
        months.month_end,
        coalesce(
            children.birth_date > months.month_end,
            children.expected_birth_date IS NOT NULL,
            false
        ) AS is_unborn,
        CASE
            WHEN children.birth_date <= months.month_end THEN greatest(plans.start_date, children.birth_date)
            ELSE plans.start_date
        END AS start_date,
        plans.last_visit_date,
        row_number() OVER (
            PARTITION BY plans.authority_code, plans.child_id, months.reporting_month
            ORDER BY plans.start_date DESC, plans.plan_id ASC
        ) AS position
    FROM core.listed_plan AS plans
    INNER JOIN months
        ON
            plans.authority_code = months.authority_code
            AND plans.reporting_month = months.reporting_month
            AND plans.start_date <= months.month_end
            AND end_date_or_open(plans.end_date) > months.month_end
    LEFT JOIN core.child AS children
        ON
            plans.authority_code = children.authority_code
            AND plans.child_id = children.child_id
    WHERE end_date_or_open(children.childhood_end) > months.month_end
),

on_plan AS (
    SELECT
        *,
        coalesce(last_visit_date > month_end, false) AS is_visited_since,
        CASE WHEN last_visit_date >= start_date THEN last_visit_date ELSE start_date END AS clock_date
    FROM ranked
    WHERE position = 1
),

timescales AS (
    SELECT
        authority_code,
        from_date,
        until_date,
        length,
        unit
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'cp_visit'
),

clocked AS (
    SELECT
        on_plan.*,
        first_due.due_date AS first_due_date,
        next_due.due_date
    FROM on_plan
    LEFT JOIN timescales AS first_timescales
        ON
            on_plan.authority_code = first_timescales.authority_code
            AND on_plan.start_date >= first_timescales.from_date
            AND on_plan.start_date < first_timescales.until_date
    LEFT JOIN timescales AS next_timescales
        ON
            on_plan.authority_code = next_timescales.authority_code
            AND on_plan.clock_date >= next_timescales.from_date
            AND on_plan.clock_date < next_timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS first_due
        ON
            on_plan.start_date = first_due.start_date
            AND first_timescales.length = first_due.length
            AND first_timescales.unit = first_due.unit
    LEFT JOIN warehouse.dim_due_date AS next_due
        ON
            on_plan.clock_date = next_due.start_date
            AND next_timescales.length = next_due.length
            AND next_timescales.unit = next_due.unit
)

SELECT
    authority_code,
    child_id,
    plan_id,
    reporting_month,
    clock_date,
    due_date,
    due_date >= month_end AS is_in_date,
    CASE
        WHEN is_unborn THEN 'unborn'
        WHEN is_visited_since THEN 'latest visit after the month''s end'
        WHEN first_due_date IS NULL THEN 'no due date in the calendar'
        WHEN first_due_date > month_end THEN 'plan shorter than one interval'
    END AS excluded_because
FROM clocked
