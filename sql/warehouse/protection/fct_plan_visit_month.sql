-- One row a child on a plan at a month end, with the clock of child protection visits that runs then. Where the
-- month is taken from a list, the clock is that of the list.
-- grain: authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        plans.authority_code,
        plans.child_id,
        plans.team_code,
        plans.reporting_month,
        plans.month_end,
        plans.plan_id
    FROM warehouse.fct_child_on_plan_month AS plans
    LEFT JOIN warehouse.month_end_list_month AS listed_months
        ON
            plans.authority_code = listed_months.authority_code
            AND plans.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'child protection visit'
    WHERE plans.excluded_because IS NULL AND listed_months.reporting_month IS NULL
),

spells AS (
    SELECT
        spell_number,
        authority_code,
        child_id,
        start_date,
        is_unborn
    FROM warehouse.dim_spell
    WHERE kind = 'cp_visit'
),

with_spell AS (
    SELECT
        children.*,
        spells.spell_number,
        spells.is_unborn
    FROM children
    ASOF LEFT JOIN spells
        ON
            children.authority_code = spells.authority_code
            AND children.child_id = spells.child_id
            AND children.month_end >= spells.start_date
),

first_clocks AS (
    SELECT
        spell_number,
        due_date
    FROM warehouse.fct_clock
    WHERE position = 0
),

-- Of two clocks of one day, which a visit on the first day makes, the later one runs.
last_clocks AS (
    SELECT
        spell_number,
        clock_date,
        arg_max(due_date, position) AS due_date
    FROM warehouse.fct_clock
    GROUP BY spell_number, clock_date
)

SELECT
    with_spell.authority_code,
    with_spell.child_id,
    with_spell.team_code,
    with_spell.reporting_month,
    with_spell.plan_id,
    last_clocks.clock_date,
    last_clocks.due_date,
    last_clocks.due_date >= with_spell.month_end AS is_in_date,
    CASE
        WHEN with_spell.is_unborn THEN 'unborn'
        WHEN first_clocks.due_date IS NULL THEN 'no due date in the calendar'
        WHEN first_clocks.due_date > with_spell.month_end THEN 'plan shorter than one interval'
    END AS excluded_because
FROM with_spell
LEFT JOIN first_clocks ON with_spell.spell_number = first_clocks.spell_number
ASOF LEFT JOIN last_clocks
    ON
        with_spell.spell_number = last_clocks.spell_number
        AND with_spell.month_end >= last_clocks.clock_date
UNION ALL
SELECT
    authority_code,
    child_id,
    'unallocated' AS team_code,
    reporting_month,
    plan_id,
    clock_date,
    due_date,
    is_in_date,
    excluded_because
FROM warehouse.month_end_list_plan_visit
