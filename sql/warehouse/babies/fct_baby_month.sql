-- One row a child under one with an open case at a month end, and when the next direct visit is due: the interval runs
-- from the start of the case, the birth or the last direct visit, whichever came last.
-- grain: authority_code, child_id, reporting_month
WITH babies AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.birth_date,
        months.reporting_month,
        months.month_end
    FROM core.child AS children
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            children.authority_code = months.authority_code
            AND coalesce(
                children.birth_date <= months.month_end
                AND children.birth_date > months.month_end - INTERVAL 1 YEAR,
                children.is_birth_date_unread
            )
            AND end_date_or_open(children.death_date) > months.month_end
),

cases AS (
    SELECT
        authority_code,
        child_id,
        CASE WHEN is_date_unread THEN DATE '0001-01-01' ELSE referral_date END AS start_date,
        end_date_or_open(close_date) AS end_date
    FROM core.referral
    UNION ALL
    SELECT
        authority_code,
        child_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM core.cin_plan
    UNION ALL
    SELECT
        authority_code,
        child_id,
        start_date,
        end_date_or_open(end_date) AS end_date
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
            AND looked_after.month_end < end_date_or_open(periods.end_date)
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
    INNER JOIN open_cases USING (authority_code, child_id, reporting_month)
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
        child_id,
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
            AND plans.child_id = spells.child_id
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
        position
    FROM warehouse.fct_placement_visit_month
    WHERE spell_number IS NOT NULL
),

clocked AS (
    SELECT
        opened.*,
        greatest(opened.opened_date, opened.birth_date, direct_visits.visit_date) AS clock_date,
        coalesce(on_plan.spell_number, placed.spell_number) AS spell_number,
        CASE WHEN on_plan.spell_number IS NOT NULL THEN on_plan.start_date ELSE placed.start_date END AS spell_start,
        CASE WHEN on_plan.spell_number IS NOT NULL THEN 0 ELSE placed.position END AS position
    FROM opened
    LEFT JOIN direct_visits USING (authority_code, child_id, reporting_month)
    LEFT JOIN on_plan USING (authority_code, child_id, reporting_month)
    LEFT JOIN placed USING (authority_code, child_id, reporting_month)
),

with_interval AS (
    SELECT
        clocked.*,
        coalesce(visit_intervals.length, timescales.length) AS length,
        coalesce(visit_intervals.unit, timescales.unit) AS unit,
        visit_intervals.stated_length,
        visit_intervals.stated_unit
    FROM clocked
    INNER JOIN warehouse.dim_timescale AS timescales
        ON
            clocked.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'baby_visit'
            AND clocked.clock_date >= timescales.from_date
            AND clocked.clock_date < timescales.until_date
    LEFT JOIN warehouse.dim_interval AS visit_intervals
        ON
            clocked.spell_number = visit_intervals.spell_number
            AND clocked.position BETWEEN visit_intervals.first_position AND visit_intervals.last_position
            AND greatest(clocked.clock_date, clocked.spell_start) >= visit_intervals.from_date
            AND greatest(clocked.clock_date, clocked.spell_start) < visit_intervals.until_date
),

due AS (
    SELECT
        with_interval.*,
        least(due_dates.due_date, stated.due_date) AS due_date
    FROM with_interval
    LEFT JOIN warehouse.dim_due_date AS due_dates
        ON
            with_interval.clock_date = due_dates.start_date
            AND with_interval.length = due_dates.length
            AND with_interval.unit = due_dates.unit
    LEFT JOIN warehouse.dim_due_date AS stated
        ON
            with_interval.clock_date = stated.start_date
            AND with_interval.stated_length = stated.length
            AND with_interval.stated_unit = stated.unit
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
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        due.authority_code = child_teams.authority_code
        AND due.child_id = child_teams.child_id
        AND due.month_end >= child_teams.from_date
