-- One row a looked-after child at a month end, with the clock of visits that runs in the placement open then: of
-- several the one that started last, then by type. A child without one is not in date. Where the month is taken from a
-- list, the clock is that of the list.
-- grain: authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.team_code,
        looked_after.reporting_month,
        looked_after.month_end
    FROM warehouse.fct_child_looked_after_month AS looked_after
    LEFT JOIN warehouse.month_end_list_month AS listed_months
        ON
            looked_after.authority_code = listed_months.authority_code
            AND looked_after.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'looked-after visit'
    WHERE looked_after.excluded_because IS NULL AND listed_months.reporting_month IS NULL
),

spells AS (
    SELECT
        spell_number,
        authority_code,
        child_id,
        spell_key,
        placement_type,
        spell_start,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM warehouse.dim_spell
    WHERE kind = 'cla_visit'
),

ranked AS (
    SELECT
        children.*,
        spells.spell_number,
        spells.spell_key,
        spells.spell_start,
        spells.start_date,
        row_number() OVER (
            PARTITION BY children.authority_code, children.child_id, children.reporting_month
            ORDER BY spells.spell_start DESC, spells.placement_type ASC, spells.spell_key ASC
        ) AS rank
    FROM children
    LEFT JOIN spells
        ON
            children.authority_code = spells.authority_code
            AND children.child_id = spells.child_id
            AND children.month_end >= spells.start_date
            AND children.month_end < spells.end_date
),

with_spell AS (
    SELECT *
    FROM ranked
    WHERE rank = 1
),

clocks AS (
    SELECT
        spell_number,
        clock_date,
        max(position) AS position,
        arg_max(due_date, position) AS due_date
    FROM warehouse.fct_clock
    GROUP BY spell_number, clock_date
)

SELECT
    with_spell.authority_code,
    with_spell.child_id,
    with_spell.team_code,
    with_spell.reporting_month,
    with_spell.spell_number,
    with_spell.spell_key AS placement_id,
    with_spell.start_date,
    clocks.position,
    clocks.clock_date,
    clocks.due_date,
    coalesce(clocks.due_date >= with_spell.month_end, false) AS is_in_date,
    CASE
        WHEN clocks.position = 0 AND first_due.due_date > with_spell.month_end
            THEN concat('placement younger than ', timescales.in_words, ', not visited yet')
    END AS excluded_because
FROM with_spell
ASOF LEFT JOIN clocks
    ON
        with_spell.spell_number = clocks.spell_number
        AND with_spell.month_end >= clocks.clock_date
LEFT JOIN warehouse.dim_timescale AS timescales
    ON
        with_spell.authority_code = timescales.authority_code
        AND timescales.timescale_id = 'cla_visit_first'
        AND with_spell.spell_start >= timescales.from_date
        AND with_spell.spell_start < timescales.until_date
LEFT JOIN warehouse.dim_due_date AS first_due
    ON
        with_spell.spell_start = first_due.start_date
        AND timescales.length = first_due.length
        AND timescales.unit = first_due.unit
UNION ALL
SELECT
    authority_code,
    child_id,
    'unallocated' AS team_code,
    reporting_month,
    cast(NULL AS BIGINT) AS spell_number,
    care_period_key AS placement_id,
    start_date,
    position,
    clock_date,
    due_date,
    is_in_date,
    excluded_because
FROM warehouse.month_end_list_placement_visit
