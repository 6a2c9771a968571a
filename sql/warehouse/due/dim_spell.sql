-- One row a stretch of time in which something falls due for a child again and again, as known on the reporting month's
-- last day; it ends with childhood at the latest. A spell that is cut (docs/conventions.md) has a row for each part.
-- Events of its first and last event date count, and of all days between; the first clock of each part starts on its
-- clock date. clock_kind says whose places they have.
-- grain: spell_number
WITH wholes AS (
    SELECT
        'cp_visit' AS kind,
        authority_code,
        child_id,
        period_key AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        false AS is_for_adoption,
        period_start AS start_date,
        period_start AS clock_date,
        period_start AS first_event_date,
        period_end AS end_date
    FROM core.plan_period
    WHERE plan_id = period_key
    UNION ALL
    SELECT
        'cp_review' AS kind,
        plans.authority_code,
        plans.child_id,
        plans.plan_id AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        false AS is_for_adoption,
        plans.start_date,
        coalesce(conferences.clock_date, plans.start_date) AS clock_date,
        greatest(plans.start_date, conferences.clock_date) + 1 AS first_event_date,
        plans.end_date
    FROM core.cp_plan AS plans
    LEFT JOIN warehouse.plan_first_clock AS conferences USING (authority_code, plan_id)
    WHERE NOT plans.is_of_another_authority
    UNION ALL
    SELECT
        'cin_review' AS kind,
        authority_code,
        child_id,
        plan_id AS spell_key,
        cast(NULL AS VARCHAR) AS placement_type,
        false AS is_for_adoption,
        start_date,
        start_date AS clock_date,
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
        false AS is_for_adoption,
        start_date,
        start_date AS clock_date,
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
        placements.is_for_adoption,
        greatest(placements.start_date, care_periods.start_date) AS start_date,
        greatest(placements.start_date, care_periods.start_date) AS clock_date,
        greatest(placements.start_date, care_periods.start_date) AS first_event_date,
        least(placements.end_date, care_periods.end_date) AS end_date
    FROM core.placement AS placements
    INNER JOIN core.care_period AS care_periods
        ON
            placements.authority_code = care_periods.authority_code
            AND placements.child_id = care_periods.child_id
            AND placements.start_date >= care_periods.first_episode_date
            AND placements.start_date < end_date_or_open(care_periods.end_date)
            -- Not those of short breaks before the care.
            AND greatest(placements.start_date, end_date_or_open(placements.end_date) - 1) >= care_periods.start_date
),

in_childhood AS (
    SELECT
        wholes.* EXCLUDE (end_date),
        least(wholes.end_date, children.childhood_end) AS end_date
    FROM wholes
    LEFT JOIN core.child AS children USING (authority_code, child_id)
    -- A placement is one of a period of care, which ends with childhood.
    WHERE wholes.kind <> 'cla_visit' OR wholes.start_date < end_date_or_open(children.childhood_end)
),

known AS (
    SELECT
        kind,
        authority_code,
        child_id,
        spell_key,
        placement_type,
        is_for_adoption,
        start_date,
        clock_date,
        first_event_date,
        CASE WHEN end_date <= $as_of THEN end_date END AS end_date
    FROM in_childhood
    WHERE start_date <= $as_of AND coalesce(end_date, start_date) >= start_date
),

adoption_placements AS (
    SELECT
        authority_code,
        child_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM core.placement
    WHERE is_for_adoption AND end_date_or_open(end_date) > start_date
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
    UNION
    SELECT
        'cla_review' AS kind,
        authority_code,
        child_id,
        start_date AS cut_date
    FROM adoption_placements
    UNION
    SELECT
        'cla_review' AS kind,
        authority_code,
        child_id,
        end_date AS cut_date
    FROM adoption_placements
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
        *,
        lead(part_start) OVER (PARTITION BY kind, authority_code, spell_key ORDER BY part_start) AS next_start
    FROM part_starts
),

adoption_parts AS (
    SELECT
        known.authority_code,
        known.spell_key,
        parts.part_start,
        bool_or(adoption_placements.end_date > parts.part_start) AS is_placed
    FROM parts
    INNER JOIN known USING (kind, authority_code, spell_key)
    INNER JOIN adoption_placements
        ON
            known.authority_code = adoption_placements.authority_code
            AND known.child_id = adoption_placements.child_id
            AND parts.part_start >= adoption_placements.start_date
            AND parts.part_start <= adoption_placements.end_date
    WHERE known.kind = 'cla_review'
    GROUP BY known.authority_code, known.spell_key, parts.part_start
)

SELECT
    known.authority_code,
    known.kind,
    CASE
        WHEN adoption_parts.is_placed THEN 'adoption_review'
        WHEN adoption_parts.part_start > known.start_date THEN 'review_after_adoption'
        WHEN known.is_for_adoption THEN 'adoption_visit'
        ELSE known.kind
    END AS clock_kind,
    known.spell_key,
    known.child_id,
    known.placement_type,
    known.is_for_adoption,
    known.start_date AS spell_start,
    parts.part_start AS start_date,
    CASE WHEN parts.part_start = known.start_date THEN known.clock_date ELSE parts.part_start END AS clock_date,
    -- A review on the day of a placement for adoption belongs to the care before it.
    CASE
        WHEN known.kind = 'cla_review' THEN parts.part_start + 1
        ELSE greatest(parts.part_start, known.first_event_date)
    END AS first_event_date,
    coalesce(
        CASE WHEN known.kind = 'cla_review' THEN parts.next_start ELSE parts.next_start - 1 END,
        known.end_date,
        $as_of
    ) AS last_event_date,
    coalesce(parts.next_start, known.end_date) AS end_date,
    known.kind = 'cp_visit'
    AND coalesce(children.birth_date > parts.part_start, children.expected_birth_date IS NOT NULL) AS is_unborn,
    row_number() OVER (
        ORDER BY known.authority_code, known.kind, known.spell_key, parts.part_start
    ) AS spell_number
FROM known
INNER JOIN parts USING (kind, authority_code, spell_key)
LEFT JOIN adoption_parts
    ON
        known.kind = 'cla_review'
        AND parts.authority_code = adoption_parts.authority_code
        AND parts.spell_key = adoption_parts.spell_key
        AND parts.part_start = adoption_parts.part_start
LEFT JOIN core.child AS children USING (authority_code, child_id)
