-- One row a child on a plan on a list of one month's end, with the clock of child protection visits that its latest
-- visit started, or the plan, or the birth: of several plans the one that started last, then by id.
-- grain: authority_code, child_id, reporting_month
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.dim_listed_month
    WHERE subject = 'child protection visit'
),

timescales AS (
    SELECT
        authority_code,
        working_days,
        days,
        months
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'cp_visit'
),

calendar AS (
    SELECT
        calendar_date,
        working_day_number
    FROM warehouse.dim_calendar
),

working_days AS (
    SELECT
        calendar_date,
        working_day_number
    FROM warehouse.dim_calendar
    WHERE is_working_day
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
        ) AS place
    FROM core.listed_plan AS plans
    INNER JOIN months
        ON
            plans.authority_code = months.authority_code
            AND plans.reporting_month = months.reporting_month
            AND plans.start_date <= months.month_end
            AND coalesce(plans.end_date, DATE '9999-12-31') > months.month_end
    LEFT JOIN core.child AS children
        ON
            plans.authority_code = children.authority_code
            AND plans.child_id = children.child_id
),

on_plan AS (
    SELECT
        authority_code,
        child_id,
        plan_id,
        reporting_month,
        month_end,
        is_unborn,
        start_date,
        coalesce(last_visit_date > month_end, false) AS is_visited_since,
        CASE WHEN last_visit_date >= start_date THEN last_visit_date ELSE start_date END AS clock_date
    FROM ranked
    WHERE place = 1
),

clocked AS (
    SELECT
        on_plan.authority_code,
        on_plan.child_id,
        on_plan.plan_id,
        on_plan.reporting_month,
        on_plan.month_end,
        on_plan.is_unborn,
        on_plan.is_visited_since,
        on_plan.clock_date,
        CASE
            WHEN timescales.working_days IS NOT NULL THEN first_due.calendar_date
            ELSE
                cast(
                    on_plan.start_date
                    + to_days(cast(coalesce(timescales.days, 0) AS INTEGER))
                    + to_months(cast(coalesce(timescales.months, 0) AS INTEGER)) AS DATE
                )
        END AS first_due_date,
        CASE
            WHEN timescales.working_days IS NOT NULL THEN next_due.calendar_date
            ELSE
                cast(
                    on_plan.clock_date
                    + to_days(cast(coalesce(timescales.days, 0) AS INTEGER))
                    + to_months(cast(coalesce(timescales.months, 0) AS INTEGER)) AS DATE
                )
        END AS due_date
    FROM on_plan
    INNER JOIN timescales ON on_plan.authority_code = timescales.authority_code
    LEFT JOIN calendar AS first_day ON on_plan.start_date = first_day.calendar_date
    LEFT JOIN calendar AS clock_day ON on_plan.clock_date = clock_day.calendar_date
    LEFT JOIN working_days AS first_due
        ON first_day.working_day_number + timescales.working_days = first_due.working_day_number
    LEFT JOIN working_days AS next_due
        ON clock_day.working_day_number + timescales.working_days = next_due.working_day_number
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
