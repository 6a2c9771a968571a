-- One row a spell, places of its obligations (0 is the first) and stretch of time (until is not in it), with the
-- interval after which the obligation falls due whose clock starts then. Where a placement has a stated interval beside
-- that of the law, in stated_length and stated_unit, whichever falls due first holds.
-- grain: spell_number, first_position, from_date
WITH changed AS (
    SELECT DISTINCT
        kind,
        authority_code,
        spell_key,
        from_date
    FROM core.visit_interval
    UNION
    SELECT DISTINCT
        kind,
        authority_code,
        spell_key,
        DATE '0001-01-01' AS from_date
    FROM core.visit_interval
),

stated AS (
    SELECT
        changed.*,
        visit_intervals.length,
        visit_intervals.unit,
        visit_intervals.spell_key IS NOT NULL AS is_stated,
        end_date_or_open(
            lead(changed.from_date) OVER (
                PARTITION BY changed.kind, changed.authority_code, changed.spell_key
                ORDER BY changed.from_date
            )
        ) AS until_date
    FROM changed
    LEFT JOIN core.visit_interval AS visit_intervals
        ON
            changed.kind = visit_intervals.kind
            AND changed.authority_code = visit_intervals.authority_code
            AND changed.spell_key = visit_intervals.spell_key
            AND changed.from_date = visit_intervals.from_date
),

stated_for_plans AS (
    SELECT *
    FROM stated
    WHERE kind = 'cp_visit'
),

-- After a year that is to last to 18, a stated interval is one that the child agreed to.
ruled AS (
    SELECT
        rules.spell_number,
        spells.authority_code,
        greatest(rules.from_date, coalesce(stated.from_date, rules.from_date)) AS from_date,
        least(rules.until_date, coalesce(stated.until_date, rules.until_date)) AS until_date,
        stated.length AS stated_length,
        stated.unit AS stated_unit,
        rules.timescale_id = 'adoption_visit_reviewed' AS is_set_by_review,
        CASE
            WHEN stated.length IS NOT NULL AND rules.timescale_id = 'cla_visit_lasting' THEN 'cla_visit_agreed'
            ELSE rules.timescale_id
        END AS timescale_id
    FROM warehouse.dim_visiting_rule AS rules
    INNER JOIN warehouse.dim_spell AS spells ON rules.spell_number = spells.spell_number
    LEFT JOIN stated
        ON
            spells.kind = stated.kind
            AND spells.authority_code = stated.authority_code
            AND spells.spell_key = stated.spell_key
            AND rules.from_date < stated.until_date
            AND rules.until_date > stated.from_date
)

SELECT
    spells.spell_number,
    places.first_position,
    places.last_position,
    stated_for_plans.from_date,
    stated_for_plans.until_date,
    stated_for_plans.length,
    stated_for_plans.unit,
    cast(NULL AS BIGINT) AS stated_length,
    cast(NULL AS VARCHAR) AS stated_unit
FROM warehouse.dim_spell AS spells
INNER JOIN reference.obligation_position AS places ON spells.clock_kind = places.kind
INNER JOIN stated_for_plans
    ON
        spells.kind = stated_for_plans.kind
        AND spells.authority_code = stated_for_plans.authority_code
        AND spells.spell_key = stated_for_plans.spell_key
WHERE stated_for_plans.is_stated
UNION ALL
SELECT
    spells.spell_number,
    places.first_position,
    places.last_position,
    greatest(stated_for_plans.from_date, timescales.from_date) AS from_date,
    least(stated_for_plans.until_date, timescales.until_date) AS until_date,
    timescales.length,
    timescales.unit,
    cast(NULL AS BIGINT) AS stated_length,
    cast(NULL AS VARCHAR) AS stated_unit
FROM warehouse.dim_spell AS spells
INNER JOIN reference.obligation_position AS places ON spells.clock_kind = places.kind
INNER JOIN warehouse.dim_timescale AS timescales
    ON
        spells.authority_code = timescales.authority_code
        AND places.timescale_id = timescales.timescale_id
LEFT JOIN stated_for_plans
    ON
        spells.kind = stated_for_plans.kind
        AND spells.authority_code = stated_for_plans.authority_code
        AND spells.spell_key = stated_for_plans.spell_key
WHERE
    NOT coalesce(stated_for_plans.is_stated, false)
    AND greatest(stated_for_plans.from_date, timescales.from_date)
    < least(stated_for_plans.until_date, timescales.until_date)
UNION ALL
SELECT
    ruled.spell_number,
    1 AS first_position,
    2147483647 AS last_position,
    greatest(ruled.from_date, timescales.from_date) AS from_date,
    least(ruled.until_date, timescales.until_date) AS until_date,
    CASE WHEN ruled.is_set_by_review THEN coalesce(ruled.stated_length, timescales.length) ELSE timescales.length END
        AS length,
    CASE WHEN ruled.is_set_by_review THEN coalesce(ruled.stated_unit, timescales.unit) ELSE timescales.unit END
        AS unit,
    CASE WHEN NOT ruled.is_set_by_review THEN ruled.stated_length END AS stated_length,
    CASE WHEN NOT ruled.is_set_by_review THEN ruled.stated_unit END AS stated_unit
FROM ruled
INNER JOIN warehouse.dim_timescale AS timescales
    ON
        ruled.authority_code = timescales.authority_code
        AND ruled.timescale_id = timescales.timescale_id
        AND ruled.from_date < timescales.until_date
        AND ruled.until_date > timescales.from_date
