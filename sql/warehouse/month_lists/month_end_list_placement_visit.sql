-- One row a looked-after child on a list of one month's end, with the clock of visits that its latest visit in the
-- placement started, or the placement: regulation 28 as dim_visiting_rule has it, as far as a list shows. What its
-- care plan and legal status were on the day of the visit it shows only where they began by then; a review before
-- the latest was held if it was due. A child without a placement is not in date.
-- grain: authority_code, child_id, reporting_month
WITH months AS (
    SELECT
        authority_code,
        reporting_month,
        month_end
    FROM warehouse.month_end_list_month
    WHERE subject = 'looked-after visit'
),

short_breaks AS (
    SELECT legal_status
    FROM reference.legal_status
    WHERE is_short_break
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
            AND end_date_or_open(periods.end_date) > months.month_end
    LEFT JOIN short_breaks ON periods.legal_status = short_breaks.legal_status
    LEFT JOIN core.child AS children
        ON
            periods.authority_code = children.authority_code
            AND periods.child_id = children.child_id
    WHERE
        short_breaks.legal_status IS NULL
        AND end_date_or_open(children.childhood_end) > months.month_end
),

clocked AS (
    SELECT
        *,
        coalesce(last_visit_date > month_end, false) AS is_visited_since,
        CASE WHEN last_visit_date >= start_date THEN 1 WHEN start_date IS NOT NULL THEN 0 END AS position,
        CASE WHEN last_visit_date >= start_date THEN last_visit_date ELSE start_date END AS clock_date
    FROM listed
    WHERE rank = 1
),

with_review AS (
    SELECT
        clocked.*,
        due_dates.due_date AS first_review_due
    FROM clocked
    LEFT JOIN warehouse.dim_timescale AS timescales
        ON
            clocked.authority_code = timescales.authority_code
            AND timescales.timescale_id = 'cla_review_first'
            AND clocked.period_start >= timescales.from_date
            AND clocked.period_start < timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS due_dates
        ON
            clocked.period_start = due_dates.start_date
            AND timescales.length = due_dates.length
            AND timescales.unit = due_dates.unit
),

ruled AS (
    SELECT
        *,
        CASE
            WHEN position = 0 THEN 'cla_visit_first'
            WHEN placement_type IN ('A3', 'A4', 'A5', 'A6')
                THEN
                    CASE
                        WHEN last_review_date > placement_start_date AND last_review_date <= clock_date
                            THEN 'adoption_visit_reviewed'
                        ELSE 'adoption_visit'
                    END
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
        ruled.*,
        due_dates.due_date,
        first_timescales.in_words AS first_in_words,
        first_due.due_date AS first_due_date
    FROM ruled
    LEFT JOIN warehouse.dim_timescale AS timescales
        ON
            ruled.authority_code = timescales.authority_code
            AND ruled.timescale_id = timescales.timescale_id
            AND ruled.clock_date >= timescales.from_date
            AND ruled.clock_date < timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS due_dates
        ON
            ruled.clock_date = due_dates.start_date
            AND timescales.length = due_dates.length
            AND timescales.unit = due_dates.unit
    LEFT JOIN warehouse.dim_timescale AS first_timescales
        ON
            ruled.authority_code = first_timescales.authority_code
            AND first_timescales.timescale_id = 'cla_visit_first'
            AND ruled.placement_start_date >= first_timescales.from_date
            AND ruled.placement_start_date < first_timescales.until_date
    LEFT JOIN warehouse.dim_due_date AS first_due
        ON
            ruled.placement_start_date = first_due.start_date
            AND first_timescales.length = first_due.length
            AND first_timescales.unit = first_due.unit
)

SELECT
    authority_code,
    child_id,
    care_period_key,
    reporting_month,
    start_date,
    position,
    clock_date,
    due_date,
    coalesce(due_date >= month_end, false) AS is_in_date,
    CASE
        WHEN is_visited_since THEN 'latest visit after the month''s end'
        WHEN position = 0 AND first_due_date > month_end
            THEN concat('placement younger than ', first_in_words, ', not visited yet')
    END AS excluded_because
FROM due
