-- One row a looked-after child on a list of one month's end, with the clock of visits that its latest visit in the
-- placement started, or the placement: regulation 28 as dim_visiting_rule has it, as far as a list tells. What its
-- care plan and legal status were on the day of the visit it tells only where they began by then; a review before
-- the latest was held if it was due. A child without a placement is not in date.
-- grain: authority_code, child_id, reporting_month
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.dim_listed_month
    WHERE subject = 'looked-after visit'
),

short_breaks AS (
    SELECT legal_status
    FROM reference.legal_status
    WHERE is_short_break
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

first_reviews AS (
    SELECT
        authority_code,
        working_days,
        days,
        months
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'cla_review_first'
),

listed AS (
    SELECT
        periods.authority_code,
        periods.child_id,
        periods.care_period_key,
        periods.start_date AS period_start,
        periods.legal_status,
        periods.legal_status_start_date,
        periods.placement_type,
        periods.placement_start_date,
        periods.is_meant_to_last,
        periods.last_review_date,
        months.reporting_month,
        months.month_end,
        periods.last_visit_date,
        -- With a parent, a care order begins the visits anew.
        CASE
            WHEN
                periods.placement_type = 'P1'
                AND periods.legal_status = 'C2'
                AND periods.legal_status_start_date > periods.placement_start_date
                THEN periods.legal_status_start_date
            ELSE periods.placement_start_date
        END AS start_date,
        row_number() OVER (
            PARTITION BY periods.authority_code, periods.child_id, months.reporting_month
            ORDER BY periods.start_date DESC, periods.care_period_key ASC
        ) AS rank
    FROM core.listed_looked_after AS periods
    INNER JOIN months
        ON
            periods.authority_code = months.authority_code
            AND periods.reporting_month = months.reporting_month
            AND periods.start_date <= months.month_end
            AND coalesce(periods.end_date, DATE '9999-12-31') > months.month_end
    LEFT JOIN short_breaks ON periods.legal_status = short_breaks.legal_status
    LEFT JOIN core.child AS children
        ON
            periods.authority_code = children.authority_code
            AND periods.child_id = children.child_id
    WHERE
        short_breaks.legal_status IS NULL
        AND coalesce(children.birth_date > months.month_end - INTERVAL 18 YEAR, true)
),

clocked AS (
    SELECT
        authority_code,
        child_id,
        care_period_key,
        period_start,
        legal_status,
        legal_status_start_date,
        placement_type,
        placement_start_date,
        is_meant_to_last,
        last_review_date,
        reporting_month,
        month_end,
        start_date,
        coalesce(last_visit_date > month_end, false) AS is_visited_since,
        CASE WHEN last_visit_date >= start_date THEN 1 WHEN start_date IS NOT NULL THEN 0 END AS place,
        CASE WHEN last_visit_date >= start_date THEN last_visit_date ELSE start_date END AS clock_date
    FROM listed
    WHERE rank = 1
),

with_review AS (
    SELECT
        clocked.authority_code,
        clocked.child_id,
        clocked.care_period_key,
        clocked.legal_status,
        clocked.legal_status_start_date,
        clocked.placement_type,
        clocked.placement_start_date,
        clocked.is_meant_to_last,
        clocked.last_review_date,
        clocked.reporting_month,
        clocked.month_end,
        clocked.start_date,
        clocked.is_visited_since,
        clocked.place,
        clocked.clock_date,
        CASE
            WHEN first_reviews.working_days IS NOT NULL THEN working_days.calendar_date
            ELSE
                cast(
                    clocked.period_start
                    + to_days(cast(coalesce(first_reviews.days, 0) AS INTEGER))
                    + to_months(cast(coalesce(first_reviews.months, 0) AS INTEGER)) AS DATE
                )
        END AS first_review_due
    FROM clocked
    INNER JOIN first_reviews ON clocked.authority_code = first_reviews.authority_code
    LEFT JOIN calendar ON clocked.period_start = calendar.calendar_date
    LEFT JOIN working_days
        ON calendar.working_day_number + first_reviews.working_days = working_days.working_day_number
),

ruled AS (
    SELECT
        authority_code,
        child_id,
        care_period_key,
        placement_start_date,
        reporting_month,
        month_end,
        start_date,
        is_visited_since,
        place,
        clock_date,
        CASE
            WHEN place = 0 THEN 'cla_visit_first'
            WHEN placement_type = 'P1' AND legal_status = 'C1' AND legal_status_start_date <= clock_date
                THEN
                    CASE
                        WHEN last_review_date <= clock_date THEN 'cla_visit_interim_order'
                        WHEN last_review_date IS NOT NULL AND coalesce(clock_date >= first_review_due, true)
                            THEN 'cla_visit_interim_order'
                        ELSE 'cla_visit_interim_order_unreviewed'
                    END
            WHEN placement_type = 'P1' OR clock_date < placement_start_date + INTERVAL 1 YEAR THEN 'cla_visit'
            WHEN placement_type IN ('U1', 'U4') OR is_meant_to_last THEN 'cla_visit_lasting'
            ELSE 'cla_visit'
        END AS timescale_id
    FROM with_review
),

due AS (
    SELECT
        ruled.authority_code,
        ruled.child_id,
        ruled.care_period_key,
        ruled.placement_start_date,
        ruled.reporting_month,
        ruled.month_end,
        ruled.start_date,
        ruled.is_visited_since,
        ruled.place,
        ruled.clock_date,
        CASE
            WHEN timescales.working_days IS NOT NULL THEN working_days.calendar_date
            ELSE
                cast(
                    ruled.clock_date
                    + to_days(cast(coalesce(timescales.days, 0) AS INTEGER))
                    + to_months(cast(coalesce(timescales.months, 0) AS INTEGER)) AS DATE
                )
        END AS due_date
    FROM ruled
    INNER JOIN warehouse.dim_timescale AS timescales
        ON
            ruled.authority_code = timescales.authority_code
            AND ruled.timescale_id = timescales.timescale_id
    LEFT JOIN calendar ON ruled.clock_date = calendar.calendar_date
    LEFT JOIN working_days ON calendar.working_day_number + timescales.working_days = working_days.working_day_number
)

SELECT
    authority_code,
    child_id,
    care_period_key,
    reporting_month,
    start_date,
    place,
    clock_date,
    due_date,
    coalesce(due_date >= month_end, false) AS is_in_date,
    CASE
        WHEN is_visited_since THEN 'latest visit after the month''s end'
        WHEN place = 0 AND month_end < placement_start_date + 7 THEN 'placement younger than a week, not visited yet'
    END AS excluded_because
FROM due
