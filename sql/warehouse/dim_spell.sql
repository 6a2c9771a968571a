-- One row a stretch of time in which something falls due for a child again and again, as known on the reporting month's
-- last day. A spell that is cut in two (docs/conventions.md) has a row for each part. Events of its first and last
-- event date count, and of all days between.
-- grain: spell_number
WITH wholes AS (
    SELECT
        'cp_visit' AS kind,
        authority_code,
        child_id,
        plan_id AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        start_date,
        start_date AS first_event_date,
        end_date
    FROM core.cp_plan
    WHERE NOT is_of_another_authority
    UNION ALL
    SELECT
        'cp_review' AS kind,
        authority_code,
        child_id,
        plan_id AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        start_date,
        start_date + 1 AS first_event_date,
        end_date
    FROM core.cp_plan
    WHERE NOT is_of_another_authority
    UNION ALL
    SELECT
        'cin_review' AS kind,
        authority_code,
        child_id,
        plan_id AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        start_date,
        start_date + 1 AS first_event_date,
        end_date
    FROM core.cin_plan
    UNION ALL
    SELECT
        'cla_review' AS kind,
        authority_code,
        child_id,
        care_period_key AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        start_date,
        start_date + 1 AS first_event_date,
        end_date
    FROM core.care_period
    UNION ALL
    SELECT
        'cla_visit' AS kind,
        placements.authority_code,
        placements.child_id,
        placements.placement_id AS spell_key,
        placements.placement_type,
        placements.start_date,
        placements.start_date AS first_event_date,
        least(placements.end_date, care_periods.end_date) AS end_date
    FROM core.placement AS placements
    INNER JOIN core.care_period AS care_periods
        ON
            placements.authority_code = care_periods.authority_code
            AND placements.child_id = care_periods.child_id
            AND placements.start_date >= care_periods.start_date
            AND placements.start_date < coalesce(care_periods.end_date, DATE '9999-12-31')
),

known AS (
    SELECT
        kind,
        authority_code,
        child_id,
        spell_key,
        placement_type,
        start_date,
        first_event_date,
        CASE WHEN end_date <= $as_of THEN end_date END AS end_date
    FROM wholes
    WHERE start_date <= $as_of AND coalesce(end_date, start_date) >= start_date
),

cut_dates AS (
    SELECT
        'cp_visit' AS kind,
        authority_code,
        child_id,
        birth_date AS cut_date
    FROM core.child
    WHERE birth_date IS NOT NULL
    UNION
    SELECT
        'cp_review' AS kind,
        authority_code,
        child_id,
        conference_date AS cut_date
    FROM core.initial_conference
    WHERE is_transfer_in AND conference_date IS NOT NULL
),

care_order_dates AS (
    SELECT DISTINCT
        authority_code,
        child_id,
        start_date AS cut_date
    FROM core.legal_status
    WHERE
        source = 'ssd'
        AND legal_status = 'C2'
        AND start_date IS NOT NULL
        AND coalesce(end_date, start_date) >= start_date
),

part_starts AS (
    SELECT
        kind,
        authority_code,
        spell_key,
        start_date AS part_start
    FROM known
    UNION
    SELECT
        known.kind,
        known.authority_code,
        known.spell_key,
        cut_dates.cut_date AS part_start
    FROM known
    INNER JOIN cut_dates
        ON
            known.kind = cut_dates.kind
            AND known.authority_code = cut_dates.authority_code
            AND known.child_id = cut_dates.child_id
            AND known.start_date < cut_dates.cut_date
            AND coalesce(known.end_date, $as_of + 1) > cut_dates.cut_date
    UNION
    SELECT
        known.kind,
        known.authority_code,
        known.spell_key,
        care_order_dates.cut_date AS part_start
    FROM known
    INNER JOIN care_order_dates
        ON
            known.authority_code = care_order_dates.authority_code
            AND known.child_id = care_order_dates.child_id
            AND known.start_date < care_order_dates.cut_date
            AND coalesce(known.end_date, $as_of + 1) > care_order_dates.cut_date
    WHERE known.kind = 'cla_visit' AND known.placement_type = 'P1'
),

parts AS (
    SELECT
        kind,
        authority_code,
        spell_key,
        part_start,
        lead(part_start) OVER (PARTITION BY kind, authority_code, spell_key ORDER BY part_start) AS next_start
    FROM part_starts
),

children AS (
    SELECT
        authority_code,
        child_id,
        birth_date,
        expected_birth_date
    FROM core.child
)

SELECT
    known.authority_code,
    known.kind,
    known.spell_key,
    known.child_id,
    known.placement_type,
    known.start_date AS spell_start,
    parts.part_start AS start_date,
    greatest(parts.part_start, known.first_event_date) AS first_event_date,
    coalesce(parts.next_start - 1, known.end_date, $as_of) AS last_event_date,
    coalesce(parts.next_start, known.end_date) AS end_date,
    known.kind = 'cp_visit'
    AND coalesce(children.birth_date > parts.part_start, children.expected_birth_date IS NOT NULL) AS is_unborn,
    row_number() OVER (
        ORDER BY known.authority_code, known.kind, known.spell_key, parts.part_start
    ) AS spell_number
FROM known
INNER JOIN parts
    ON
        known.kind = parts.kind
        AND known.authority_code = parts.authority_code
        AND known.spell_key = parts.spell_key
LEFT JOIN children
    ON
        known.authority_code = children.authority_code
        AND known.child_id = children.child_id
