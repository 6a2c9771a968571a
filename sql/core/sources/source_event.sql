-- One row a record of an event of a subject and day of which another source of the authority holds as well. A child is
-- known by one id in all of them; a record without an id is known by its child's. Episodes in a row are one period of
-- care; a review in the dataset is of a period of care, whose child it is.
WITH compared AS (
    SELECT
        authority_code,
        subject,
        unnest([preferred_source, other_source]) AS source,
        first_day,
        last_day
    FROM core.compared_source
),

covered AS (
    SELECT
        authority_code,
        subject,
        source,
        min(first_day) AS first_day,
        max(last_day) AS last_day
    FROM compared
    GROUP BY authority_code, subject, source
),

in_order AS (
    SELECT
        *,
        end_date_or_open(second_date) AS end_date,
        max(end_date_or_open(second_date)) OVER (
            PARTITION BY source, authority_code, child_id
            ORDER BY first_date ASC, second_date ASC, line ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM core.staged_event
    WHERE
        subject = 'period of care'
        AND first_date IS NOT NULL
        AND coalesce(second_date, first_date) >= first_date
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before < first_date) OVER (
            PARTITION BY source, authority_code, child_id
            ORDER BY first_date ASC, end_date ASC, line ASC
        ) AS period_number
    FROM in_order
),

care_periods AS (
    SELECT DISTINCT
        authority_code,
        care_period_id,
        child_id
    FROM core.care_episode
    WHERE care_period_id IS NOT NULL
),

events AS (
    SELECT
        events.subject,
        events.source,
        events.authority_code,
        coalesce(care_periods.child_id, events.child_id) AS child_id,
        events.record_key,
        events.line,
        events.first_date,
        events.second_date
    FROM core.staged_event AS events
    LEFT JOIN care_periods
        ON
            events.authority_code = care_periods.authority_code
            AND CASE
                WHEN events.subject = 'review of a child looked after' AND events.source = 'ssd' THEN events.child_id
            END = care_periods.care_period_id
    WHERE
        events.subject <> 'period of care'
        AND (
            events.subject <> 'review of a child looked after'
            OR events.source <> 'ssd'
            OR care_periods.child_id IS NOT NULL
        )
    UNION ALL
    SELECT
        subject,
        source,
        authority_code,
        child_id,
        arg_min(record_key, (first_date, line)) AS record_key,
        arg_min(line, (first_date, line)) AS line,
        min(first_date) AS first_date,
        nullif(max(end_date), end_date_or_open(NULL)) AS second_date
    FROM numbered
    GROUP BY subject, source, authority_code, child_id, period_number
)

SELECT
    events.subject,
    events.source,
    events.authority_code,
    coalesce(same.known_as, events.child_id) AS child_id,
    events.record_key,
    events.line,
    events.first_date,
    events.second_date
FROM events
INNER JOIN covered
    ON
        events.authority_code = covered.authority_code
        AND events.subject = covered.subject
        AND events.source = covered.source
        AND events.first_date BETWEEN covered.first_day AND covered.last_day
LEFT JOIN core.same_child AS same
    ON
        events.authority_code = same.authority_code
        AND CASE WHEN events.source <> 'ssd' THEN events.child_id END = same.child_id
