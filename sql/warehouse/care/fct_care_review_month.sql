-- One row a looked-after child at a month end, and whether every review of that period of care that fell due in the
-- twelve months before was in time.
-- grain: authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.team_code,
        looked_after.reporting_month,
        looked_after.month_end,
        months.year_before
    FROM warehouse.fct_child_looked_after_month AS looked_after
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    WHERE looked_after.excluded_because IS NULL
),

ends AS (
    SELECT
        authority_code,
        spell_key,
        max(end_date_or_open(end_date)) AS end_date
    FROM warehouse.dim_spell
    WHERE kind = 'cla_review'
    GROUP BY authority_code, spell_key
),

spells AS (
    SELECT
        spells.authority_code,
        spells.child_id,
        spells.spell_key,
        spells.start_date,
        ends.end_date,
        clocks.due_date AS first_due_date,
        timescales.in_words
    FROM warehouse.dim_spell AS spells
    INNER JOIN ends USING (authority_code, spell_key)
    INNER JOIN warehouse.fct_clock AS clocks ON spells.spell_number = clocks.spell_number
    LEFT JOIN warehouse.dim_timescale AS timescales
        ON
            spells.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'cla_review_first'
            AND clocks.clock_date >= timescales.from_date
            AND clocks.clock_date < timescales.until_date
    WHERE spells.kind = 'cla_review' AND clocks.position = 0 AND spells.start_date = spells.spell_start
),

with_spell AS (
    SELECT
        children.*,
        spells.spell_key,
        spells.first_due_date,
        spells.in_words
    FROM children
    LEFT JOIN spells
        ON
            children.authority_code = spells.authority_code
            AND children.child_id = spells.child_id
            AND children.month_end >= spells.start_date
            AND children.month_end < spells.end_date
),

unmet AS (
    SELECT
        authority_code,
        spell_key,
        due_date
    FROM warehouse.fct_obligation
    WHERE kind = 'cla_review' AND excluded_because IS NULL AND status IN ('late', 'missed')
)

SELECT
    with_spell.authority_code,
    with_spell.child_id,
    with_spell.team_code,
    with_spell.reporting_month,
    with_spell.spell_key,
    count(unmet.due_date) AS unmet,
    CASE
        WHEN with_spell.first_due_date IS NULL THEN 'no period of care of the same source'
        WHEN with_spell.first_due_date > with_spell.month_end
            THEN concat('in care for less than ', with_spell.in_words)
    END AS excluded_because
FROM with_spell
LEFT JOIN unmet
    ON
        with_spell.authority_code = unmet.authority_code
        AND with_spell.spell_key = unmet.spell_key
        AND with_spell.year_before < unmet.due_date
        AND with_spell.month_end >= unmet.due_date
GROUP BY
    with_spell.authority_code,
    with_spell.child_id,
    with_spell.team_code,
    with_spell.reporting_month,
    with_spell.spell_key,
    with_spell.first_due_date,
    with_spell.in_words,
    with_spell.month_end
