-- One row a visit, review, conference or assessment that is overdue at the reporting month's end, or falls due in the
-- 20 working days after it, and who holds the child by then. Of what was missed again and again the first due date
-- counts. A visit or review is known by the record that started its clock. Babies are children under one.
-- grain: authority_code, kind, record_key
WITH horizon AS (
    SELECT
        months.reporting_month,
        months.month_end AS as_of,
        last_days.working_day_number - 20 AS as_of_number,
        max(last_days.calendar_date) AS last_date
    FROM warehouse.dim_month AS months
    INNER JOIN warehouse.dim_calendar AS today ON months.month_end = today.calendar_date
    INNER JOIN warehouse.dim_calendar AS last_days ON today.working_day_number + 20 = last_days.working_day_number
    WHERE months.month_end = $as_of
    GROUP BY months.reporting_month, months.month_end, last_days.working_day_number
),

again_and_again AS (
    SELECT
        obligations.authority_code,
        obligations.kind,
        obligations.child_id,
        obligations.opened_by AS record_key,
        obligations.due_date,
        obligations.status = 'missed' AS is_overdue
    FROM warehouse.fct_obligation AS obligations
    INNER JOIN warehouse.fct_clock AS clocks
        ON
            obligations.spell_number = clocks.spell_number
            AND obligations.opened_by = clocks.opened_by
            AND obligations.due_date = clocks.due_date
    INNER JOIN warehouse.dim_spell AS spells ON obligations.spell_number = spells.spell_number
    WHERE
        clocks.stopped_date IS NULL
        AND spells.end_date IS NULL
        AND obligations.status IN ('missed', 'not yet due')
        AND obligations.excluded_because IS NULL
),

listed AS (
    SELECT
        visits.authority_code,
        'cp_visit' AS kind,
        visits.child_id,
        visits.plan_id AS record_key,
        visits.due_date,
        NOT visits.is_in_date AS is_overdue
    FROM warehouse.month_end_list_plan_visit AS visits
    INNER JOIN horizon ON visits.reporting_month = horizon.reporting_month
    WHERE visits.excluded_because IS NULL
    UNION ALL
    SELECT
        visits.authority_code,
        'cla_visit' AS kind,
        visits.child_id,
        visits.care_period_key AS record_key,
        visits.due_date,
        NOT visits.is_in_date AS is_overdue
    FROM warehouse.month_end_list_placement_visit AS visits
    INNER JOIN horizon ON visits.reporting_month = horizon.reporting_month
    WHERE visits.excluded_because IS NULL
    UNION ALL
    SELECT
        assessments.authority_code,
        'assessment' AS kind,
        assessments.child_id,
        assessments.assessment_id AS record_key,
        due_dates.due_date,
        due_dates.in_time_until < horizon.as_of AS is_overdue
    FROM core.listed_assessment AS assessments
    INNER JOIN horizon ON assessments.reporting_month = horizon.reporting_month
    INNER JOIN warehouse.month_end_list_month AS listed_months
        ON
            assessments.authority_code = listed_months.authority_code
            AND assessments.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'assessment'
    INNER JOIN warehouse.dim_timescale AS timescales
        ON
            assessments.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'assessment'
            AND assessments.start_date >= timescales.from_date
            AND assessments.start_date < timescales.until_date
    INNER JOIN warehouse.dim_due_date AS due_dates USING (start_date, length, unit)
    WHERE end_date_or_open(assessments.authorised_date) > horizon.as_of
),

due_once AS (
    SELECT
        assessments.authority_code,
        'assessment' AS kind,
        assessments.child_id,
        assessments.assessment_id AS record_key,
        assessments.due_date,
        assessments.in_time_until < horizon.as_of AS is_overdue
    FROM warehouse.fct_assessment AS assessments
    INNER JOIN horizon ON end_date_or_open(assessments.authorised_date) > horizon.as_of
    WHERE assessments.excluded_because IS NULL AND end_date_or_open(assessments.death_date) > horizon.as_of
    UNION ALL
    SELECT
        enquiries.authority_code,
        'initial_conference' AS kind,
        enquiries.child_id,
        enquiries.enquiry_id AS record_key,
        enquiries.due_date,
        enquiries.in_time_until < horizon.as_of AS is_overdue
    FROM warehouse.fct_enquiry_due AS enquiries
    INNER JOIN horizon
        ON
            enquiries.start_date <= horizon.as_of
            AND end_date_or_open(enquiries.conference_date) > horizon.as_of
            AND end_date_or_open(enquiries.childhood_end) > horizon.as_of
),

visits AS (
    SELECT
        authority_code,
        child_id,
        due_date
    FROM again_and_again
    WHERE kind IN ('cp_visit', 'cla_visit')
    UNION ALL
    SELECT
        authority_code,
        child_id,
        due_date
    FROM listed
    WHERE kind <> 'assessment'
),

-- A visit by which a plan or placement asks to see the baby as soon is that visit.
of_babies AS (
    SELECT
        babies.authority_code,
        'baby_visit' AS kind,
        babies.child_id,
        babies.child_id AS record_key,
        babies.due_date,
        NOT babies.is_in_date AS is_overdue
    FROM warehouse.fct_baby_month AS babies
    INNER JOIN horizon ON babies.reporting_month = horizon.reporting_month
    ANTI JOIN visits
        ON
            babies.authority_code = visits.authority_code
            AND babies.child_id = visits.child_id
            AND babies.due_date >= visits.due_date
),

open_items AS (
    FROM again_and_again
    UNION ALL
    FROM listed
    UNION ALL
    FROM due_once
    UNION ALL
    FROM of_babies
),

covered AS (
    SELECT
        months.authority_code,
        kinds.kind
    FROM warehouse.fct_kpi_covered_month AS months
    INNER JOIN reference.due_kind AS kinds ON months.kpi_id = kinds.kpi_id
    INNER JOIN horizon ON months.reporting_month = horizon.reporting_month
    UNION
    SELECT
        authority_code,
        kind
    FROM listed
)

SELECT
    open_items.authority_code,
    open_items.kind,
    open_items.child_id,
    open_items.record_key,
    open_items.due_date,
    open_items.is_overdue,
    coalesce(children.birth_date > horizon.as_of - INTERVAL 1 YEAR, false) AS is_baby,
    due_days.working_day_number - horizon.as_of_number AS working_days,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    child_teams.worker_id
FROM open_items
INNER JOIN horizon ON open_items.due_date <= horizon.last_date
INNER JOIN covered
    ON
        open_items.authority_code = covered.authority_code
        AND open_items.kind = covered.kind
INNER JOIN warehouse.dim_calendar AS due_days ON open_items.due_date = due_days.calendar_date
LEFT JOIN core.child AS children
    ON
        open_items.authority_code = children.authority_code
        AND open_items.child_id = children.child_id
LEFT JOIN core.child_team AS child_teams
    ON
        open_items.authority_code = child_teams.authority_code
        AND open_items.child_id = child_teams.child_id
        AND horizon.as_of >= child_teams.from_date
        AND horizon.as_of < child_teams.until_date
QUALIFY row_number() OVER (
    PARTITION BY open_items.authority_code, open_items.kind, open_items.record_key
    ORDER BY open_items.due_date ASC
) = 1
