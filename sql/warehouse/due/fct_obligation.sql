-- One row an obligation: a visit or review that fell due for a child, or will (docs/conventions.md). Each turn of the
-- recursion takes all clocks together one interval further; only those go on that ran past a due date unheeded.
-- grain: spell_number, opened_by, due_date
WITH RECURSIVE clocks AS (
    SELECT
        clocks.spell_number,
        clocks.position,
        clocks.clock_date,
        clocks.opened_by,
        clocks.stopped_date,
        clocks.stopped_by,
        clocks.due_date,
        coalesce(clocks.stopped_date, least(spells.end_date, $as_of + 1)) AS stands_until
    FROM warehouse.fct_clock AS clocks
    INNER JOIN warehouse.dim_spell AS spells ON clocks.spell_number = spells.spell_number
    WHERE clocks.due_date > clocks.clock_date
),

-- Few of the calendar's: each turn of the recursion looks through all of them.
coming_due_dates AS MATERIALIZED (
    SELECT
        start_date,
        length,
        unit,
        due_date
    FROM warehouse.dim_due_date
    WHERE start_date BETWEEN (SELECT min(clocks.due_date) FROM clocks) AND $as_of
),

due_dates AS (
    SELECT
        spell_number,
        position,
        0 AS intervals_missed,
        clock_date AS runs_from,
        due_date,
        stands_until
    FROM clocks
    UNION ALL
    SELECT
        due_dates.spell_number,
        due_dates.position,
        due_dates.intervals_missed + 1 AS intervals_missed,
        due_dates.due_date AS runs_from,
        least(following.due_date, stated.due_date) AS due_date,
        due_dates.stands_until
    FROM due_dates
    INNER JOIN warehouse.dim_interval AS visit_intervals
        ON
            due_dates.spell_number = visit_intervals.spell_number
            AND due_dates.position + due_dates.intervals_missed + 1 >= visit_intervals.first_position
            AND due_dates.position + due_dates.intervals_missed + 1 <= visit_intervals.last_position
            AND due_dates.due_date >= visit_intervals.from_date
            AND due_dates.due_date < visit_intervals.until_date
    LEFT JOIN coming_due_dates AS following
        ON
            due_dates.due_date = following.start_date
            AND visit_intervals.length = following.length
            AND visit_intervals.unit = following.unit
    LEFT JOIN coming_due_dates AS stated
        ON
            due_dates.due_date = stated.start_date
            AND visit_intervals.stated_length = stated.length
            AND visit_intervals.stated_unit = stated.unit
    WHERE due_dates.due_date < due_dates.stands_until AND due_dates.due_date > due_dates.runs_from
),

followed AS (
    SELECT
        *,
        lead(due_date) OVER (PARTITION BY spell_number, position ORDER BY intervals_missed) AS following_due_date
    FROM due_dates
    WHERE due_date > runs_from
),

judged AS (
    SELECT
        followed.*,
        spells.authority_code,
        spells.kind,
        spells.child_id,
        spells.spell_key,
        clocks.opened_by,
        spells.is_unborn,
        CASE
            WHEN followed.due_date >= clocks.stopped_date THEN 'met'
            WHEN followed.following_due_date >= clocks.stopped_date THEN 'late'
            WHEN clocks.stopped_date IS NOT NULL THEN 'missed'
            WHEN followed.due_date >= spells.end_date THEN 'lapsed'
            WHEN followed.due_date <= $as_of THEN 'missed'
            ELSE 'not yet due'
        END AS status,
        clocks.stopped_date,
        clocks.stopped_by
    FROM followed
    INNER JOIN clocks
        ON
            followed.spell_number = clocks.spell_number
            AND followed.position = clocks.position
    INNER JOIN warehouse.dim_spell AS spells ON followed.spell_number = spells.spell_number
    WHERE followed.intervals_missed = 0 OR followed.due_date < end_date_or_open(clocks.stopped_date)
),

dated AS (
    SELECT
        *,
        CASE WHEN status IN ('met', 'late') THEN stopped_date END AS met_date,
        CASE WHEN status IN ('met', 'late') THEN stopped_by END AS met_by,
        least(due_date, stopped_date) AS team_date
    FROM judged
),

elsewhere AS (
    SELECT DISTINCT
        dated.spell_number,
        dated.due_date
    FROM dated
    INNER JOIN core.cp_plan AS plans
        ON
            dated.authority_code = plans.authority_code
            AND dated.child_id = plans.child_id
            AND dated.due_date >= plans.start_date
            AND dated.due_date < end_date_or_open(plans.end_date)
    WHERE dated.kind = 'cin_review' AND NOT plans.is_of_another_authority
    UNION
    SELECT DISTINCT
        dated.spell_number,
        dated.due_date
    FROM dated
    INNER JOIN core.care_period AS periods
        ON
            dated.authority_code = periods.authority_code
            AND dated.child_id = periods.child_id
            AND dated.due_date >= periods.first_episode_date
            AND dated.due_date < end_date_or_open(periods.end_date)
    WHERE dated.kind = 'cin_review'
)

SELECT
    dated.authority_code,
    dated.kind,
    dated.child_id,
    dated.spell_key,
    dated.spell_number,
    dated.position + dated.intervals_missed AS position,
    dated.opened_by,
    dated.runs_from,
    dated.due_date,
    dated.met_date,
    dated.met_by,
    dated.status,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    child_teams.worker_id,
    CASE
        WHEN dated.is_unborn THEN 'unborn'
        WHEN elsewhere.spell_number IS NOT NULL THEN 'on a child protection plan or looked after'
        WHEN dated.kind IN ('cla_visit', 'cla_review') AND statuses.is_short_break THEN 'short breaks'
        WHEN
            dated.kind IN ('cla_visit', 'cla_review') AND children.birth_date <= dated.due_date - INTERVAL 18 YEAR
            THEN 'aged 18 or over'
    END AS excluded_because
FROM dated
LEFT JOIN core.child_team AS child_teams
    ON
        dated.authority_code = child_teams.authority_code
        AND dated.child_id = child_teams.child_id
        AND dated.team_date >= child_teams.from_date
        AND dated.team_date < child_teams.until_date
LEFT JOIN core.child_legal_status AS statuses
    ON
        dated.authority_code = statuses.authority_code
        AND dated.child_id = statuses.child_id
        AND dated.due_date >= statuses.from_date
        AND dated.due_date < statuses.until_date
LEFT JOIN core.child AS children
    ON
        dated.authority_code = children.authority_code
        AND dated.child_id = children.child_id
LEFT JOIN elsewhere
    ON
        dated.spell_number = elsewhere.spell_number
        AND dated.due_date = elsewhere.due_date
