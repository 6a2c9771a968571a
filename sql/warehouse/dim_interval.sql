-- One row a spell, places of its obligations (0 is the first) and stretch of time (until is not in it), with the
-- interval after which the obligation falls due whose clock starts then: working days, days or months.
-- grain: spell_number, first_place, from_date
WITH spells AS (
    SELECT
        spell_number,
        authority_code,
        kind,
        spell_key
    FROM warehouse.dim_spell
),

timescales AS (
    SELECT
        authority_code,
        timescale_id,
        working_days,
        days,
        months
    FROM warehouse.dim_timescale
),

places AS (
    SELECT
        places.kind,
        places.first_place,
        places.last_place,
        places.timescale_id
    FROM reference.obligation_place AS places
),

changed AS (
    SELECT DISTINCT
        authority_code,
        plan_id,
        from_date
    FROM core.visit_interval
    UNION
    SELECT DISTINCT
        authority_code,
        plan_id,
        DATE '0001-01-01' AS from_date
    FROM core.visit_interval
),

stated AS (
    SELECT
        'cp_visit' AS kind,
        changed.authority_code,
        changed.plan_id,
        changed.from_date,
        intervals.working_days,
        intervals.days,
        intervals.plan_id IS NOT NULL AS is_stated,
        coalesce(
            lead(changed.from_date) OVER (
                PARTITION BY changed.authority_code, changed.plan_id
                ORDER BY changed.from_date
            ),
            DATE '9999-12-31'
        ) AS until_date
    FROM changed
    LEFT JOIN core.visit_interval AS intervals
        ON
            changed.authority_code = intervals.authority_code
            AND changed.plan_id = intervals.plan_id
            AND changed.from_date = intervals.from_date
),

rules AS (
    SELECT
        spell_number,
        from_date,
        until_date,
        timescale_id
    FROM warehouse.dim_visiting_rule
)

SELECT
    spells.spell_number,
    places.first_place,
    places.last_place,
    coalesce(stated.from_date, DATE '0001-01-01') AS from_date,
    coalesce(stated.until_date, DATE '9999-12-31') AS until_date,
    CASE WHEN stated.is_stated THEN stated.working_days ELSE timescales.working_days END AS working_days,
    CASE WHEN stated.is_stated THEN stated.days ELSE timescales.days END AS days,
    CASE WHEN NOT coalesce(stated.is_stated, false) THEN timescales.months END AS months
FROM spells
INNER JOIN places ON spells.kind = places.kind
INNER JOIN timescales
    ON
        spells.authority_code = timescales.authority_code
        AND places.timescale_id = timescales.timescale_id
LEFT JOIN stated
    ON
        spells.kind = stated.kind
        AND spells.authority_code = stated.authority_code
        AND spells.spell_key = stated.plan_id
UNION ALL
SELECT
    rules.spell_number,
    1 AS first_place,
    2147483647 AS last_place,
    rules.from_date,
    rules.until_date,
    timescales.working_days,
    timescales.days,
    timescales.months
FROM rules
INNER JOIN spells ON rules.spell_number = spells.spell_number
INNER JOIN timescales
    ON
        spells.authority_code = timescales.authority_code
        AND rules.timescale_id = timescales.timescale_id
