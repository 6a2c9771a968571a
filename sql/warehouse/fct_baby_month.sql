-- One row a child under one with an open case at a month end, and when the next direct visit is due: the interval runs
-- from the start of the case, the birth or the last direct visit, whichever came last.
-- grain: authority_code, child_id, reporting_month
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.dim_covered_month
),

babies AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.birth_date,
        months.reporting_month,
        months.month_end
    FROM core.child AS children
    INNER JOIN months
        ON
            children.authority_code = months.authority_code
            AND children.birth_date <= months.month_end
            AND children.birth_date > months.month_end - INTERVAL 1 YEAR
            AND coalesce(children.death_date, DATE '9999-12-31') > months.month_end
),

cases AS (
    SELECT
        authority_code,
        child_id,
        referral_date AS start_date,
        coalesce(close_date, DATE '9999-12-31') AS end_date
    FROM core.referral
    UNION ALL
    SELECT
        authority_code,
        child_id,
        start_date,
        coalesce(end_date, DATE '9999-12-31') AS end_date
    FROM core.cin_plan
    UNION ALL
    SELECT
        authority_code,
        child_id,
        start_date,
        coalesce(end_date, DATE '9999-12-31') AS end_date
    FROM core.cp_plan
    WHERE NOT is_of_another_authority
),

open_cases AS (
    SELECT
        babies.authority_code,
        babies.child_id,
        babies.reporting_month,
        cases.start_date
    FROM babies
    INNER JOIN cases
        ON
            babies.authority_code = cases.authority_code
            AND babies.child_id = cases.child_id
            AND babies.month_end >= cases.start_date
            AND babies.month_end < cases.end_date
    UNION ALL
    SELECT
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.reporting_month,
        periods.start_date
    FROM warehouse.fct_child_looked_after_month AS looked_after
    INNER JOIN core.care_period AS periods
        ON
            looked_after.authority_code = periods.authority_code
            AND looked_after.child_id = periods.child_id
            AND looked_after.month_end >= periods.start_date
            AND looked_after.month_end < coalesce(periods.end_date, DATE '9999-12-31')
    WHERE looked_after.excluded_because IS NULL
),

opened AS (
    SELECT
        babies.authority_code,
        babies.child_id,
        babies.birth_date,
        babies.reporting_month,
        babies.month_end,
        min(open_cases.start_date) AS opened_date
    FROM babies
    INNER JOIN open_cases
        ON
            babies.authority_code = open_cases.authority_code
            AND babies.child_id = open_cases.child_id
            AND babies.reporting_month = open_cases.reporting_month
    GROUP BY babies.authority_code, babies.child_id, babies.birth_date, babies.reporting_month, babies.month_end
),

direct_visits AS (
    SELECT
        opened.authority_code,
        opened.child_id,
        opened.reporting_month,
        max(visits.visit_date) AS visit_date
    FROM opened
    INNER JOIN core.visit AS visits
        ON
            opened.authority_code = visits.authority_code
            AND opened.child_id = visits.child_id
            AND opened.month_end >= visits.visit_date
    WHERE visits.is_seen AND visits.is_in_person
    GROUP BY opened.authority_code, opened.child_id, opened.reporting_month
),

spells AS (
    SELECT
        spell_number,
        authority_code,
        spell_key,
        start_date
    FROM warehouse.dim_spell
    WHERE kind = 'cp_visit' AND NOT is_unborn
),

on_plan AS (
    SELECT
        plans.authority_code,
        plans.child_id,
        plans.reporting_month,
        spells.spell_number,
        spells.start_date
    FROM warehouse.fct_child_on_plan_month AS plans
    ASOF INNER JOIN spells
        ON
            plans.authority_code = spells.authority_code
            AND plans.plan_id = spells.spell_key
            AND plans.month_end >= spells.start_date
    WHERE plans.excluded_because IS NULL
),

placed AS (
    SELECT
        authority_code,
        child_id,
        reporting_month,
        spell_number,
        start_date,
        place
    FROM warehouse.fct_placement_visit_month
    WHERE spell_number IS NOT NULL
),

clocked AS (
    SELECT
        opened.authority_code,
        opened.child_id,
        opened.reporting_month,
        opened.month_end,
        greatest(opened.opened_date, opened.birth_date, direct_visits.visit_date) AS clock_date,
        coalesce(on_plan.spell_number, placed.spell_number) AS spell_number,
        CASE WHEN on_plan.spell_number IS NOT NULL THEN on_plan.start_date ELSE placed.start_date END AS spell_start,
        CASE WHEN on_plan.spell_number IS NOT NULL THEN 0 ELSE placed.place END AS place
    FROM opened
    LEFT JOIN direct_visits
        ON
            opened.authority_code = direct_visits.authority_code
            AND opened.child_id = direct_visits.child_id
            AND opened.reporting_month = direct_visits.reporting_month
    LEFT JOIN on_plan
        ON
            opened.authority_code = on_plan.authority_code
            AND opened.child_id = on_plan.child_id
            AND opened.reporting_month = on_plan.reporting_month
    LEFT JOIN placed
        ON
            opened.authority_code = placed.authority_code
            AND opened.child_id = placed.child_id
            AND opened.reporting_month = placed.reporting_month
),

intervals AS (
    SELECT
        spell_number,
        first_place,
        last_place,
        from_date,
        until_date,
        working_days,
        days,
        months
    FROM warehouse.dim_interval
),

timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'baby_visit'
),

with_interval AS (
    SELECT
        clocked.authority_code,
        clocked.child_id,
        clocked.reporting_month,
        clocked.month_end,
        clocked.clock_date,
        CASE
            WHEN intervals.spell_number IS NULL THEN timescales.working_days
            ELSE intervals.working_days
        END AS working_days,
        coalesce(intervals.days, 0) AS days,
        coalesce(intervals.months, 0) AS months
    FROM clocked
    INNER JOIN timescales ON clocked.authority_code = timescales.authority_code
    LEFT JOIN intervals
        ON
            clocked.spell_number = intervals.spell_number
            AND clocked.place BETWEEN intervals.first_place AND intervals.last_place
            AND greatest(clocked.clock_date, clocked.spell_start) >= intervals.from_date
            AND greatest(clocked.clock_date, clocked.spell_start) < intervals.until_date
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

due AS (
    SELECT
        with_interval.authority_code,
        with_interval.child_id,
        with_interval.reporting_month,
        with_interval.month_end,
        with_interval.clock_date,
        CASE
            WHEN with_interval.working_days IS NOT NULL THEN working_days.calendar_date
            ELSE
                cast(
                    with_interval.clock_date
                    + to_days(cast(with_interval.days AS INTEGER))
                    + to_months(cast(with_interval.months AS INTEGER)) AS DATE
                )
        END AS due_date
    FROM with_interval
    LEFT JOIN calendar ON with_interval.clock_date = calendar.calendar_date
    LEFT JOIN working_days
        ON calendar.working_day_number + with_interval.working_days = working_days.working_day_number
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        from_date
    FROM core.child_team
)

SELECT
    due.authority_code,
    due.child_id,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    due.reporting_month,
    due.clock_date,
    due.due_date,
    due.due_date >= due.month_end AS is_in_date
FROM due
ASOF LEFT JOIN child_teams
    ON
        due.authority_code = child_teams.authority_code
        AND due.child_id = child_teams.child_id
        AND due.month_end >= child_teams.from_date
