-- One row an obligation: a visit or review that fell due for a child, or will (docs/conventions.md). Each turn of the
-- recursion takes all clocks together one interval further; only those go on that ran past a due date unheeded.
-- grain: spell_number, opened_by, due_date
WITH RECURSIVE clocks AS (
    SELECT
        clocks.spell_number,
        clocks.place,
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

due_dates AS (
    SELECT
        spell_number,
        place,
        0 AS passed,
        clock_date AS runs_from,
        due_date,
        stands_until
    FROM clocks
    UNION ALL
    SELECT
        due_dates.spell_number,
        due_dates.place,
        due_dates.passed + 1 AS passed,
        due_dates.due_date AS runs_from,
        CASE
            WHEN intervals.working_days IS NOT NULL THEN working_days.calendar_date
            ELSE
                cast(
                    due_dates.due_date
                    + to_days(cast(coalesce(intervals.days, 0) AS INTEGER))
                    + to_months(cast(coalesce(intervals.months, 0) AS INTEGER)) AS DATE
                )
        END AS due_date,
        due_dates.stands_until
    FROM due_dates
    INNER JOIN intervals
        ON
            due_dates.spell_number = intervals.spell_number
            AND due_dates.place + due_dates.passed + 1 BETWEEN intervals.first_place AND intervals.last_place
            AND due_dates.due_date >= intervals.from_date
            AND due_dates.due_date < intervals.until_date
    LEFT JOIN calendar ON due_dates.due_date = calendar.calendar_date
    LEFT JOIN working_days ON calendar.working_day_number + intervals.working_days = working_days.working_day_number
    WHERE due_dates.due_date < due_dates.stands_until AND due_dates.due_date > due_dates.runs_from
),

followed AS (
    SELECT
        spell_number,
        place,
        passed,
        runs_from,
        due_date,
        lead(due_date) OVER (PARTITION BY spell_number, place ORDER BY passed) AS following_due_date
    FROM due_dates
    WHERE due_date > runs_from
),

spells AS (
    SELECT
        spell_number,
        authority_code,
        kind,
        child_id,
        spell_key,
        end_date,
        is_unborn
    FROM warehouse.dim_spell
),

judged AS (
    SELECT
        spells.authority_code,
        spells.kind,
        spells.child_id,
        spells.spell_key,
        followed.spell_number,
        followed.place,
        followed.passed,
        clocks.opened_by,
        followed.runs_from,
        followed.due_date,
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
            AND followed.place = clocks.place
    INNER JOIN spells ON followed.spell_number = spells.spell_number
    WHERE followed.passed = 0 OR followed.due_date < coalesce(clocks.stopped_date, DATE '9999-12-31')
),

child_teams AS (
    SELECT
        authority_code,
        child_id,
        team_code,
        worker_id,
        from_date,
        coalesce(until_date, DATE '9999-12-31') AS until_date
    FROM core.child_team
),

statuses AS (
    SELECT
        authority_code,
        child_id,
        is_short_break,
        from_date,
        coalesce(until_date, DATE '9999-12-31') AS until_date
    FROM core.child_legal_status
),

children AS (
    SELECT
        authority_code,
        child_id,
        birth_date
    FROM core.child
),

dated AS (
    SELECT
        authority_code,
        kind,
        child_id,
        spell_key,
        spell_number,
        place,
        passed,
        opened_by,
        runs_from,
        due_date,
        is_unborn,
        status,
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
            AND dated.due_date < coalesce(plans.end_date, DATE '9999-12-31')
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
            AND dated.due_date >= periods.start_date
            AND dated.due_date < coalesce(periods.end_date, DATE '9999-12-31')
    WHERE dated.kind = 'cin_review'
)

SELECT
    dated.authority_code,
    dated.kind,
    dated.child_id,
    dated.spell_key,
    dated.spell_number,
    dated.place + dated.passed AS place,
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
LEFT JOIN child_teams
    ON
        dated.authority_code = child_teams.authority_code
        AND dated.child_id = child_teams.child_id
        AND dated.team_date >= child_teams.from_date
        AND dated.team_date < child_teams.until_date
LEFT JOIN statuses
    ON
        dated.authority_code = statuses.authority_code
        AND dated.child_id = statuses.child_id
        AND dated.due_date >= statuses.from_date
        AND dated.due_date < statuses.until_date
LEFT JOIN children
    ON
        dated.authority_code = children.authority_code
        AND dated.child_id = children.child_id
LEFT JOIN elsewhere
    ON
        dated.spell_number = elsewhere.spell_number
        AND dated.due_date = elsewhere.due_date
