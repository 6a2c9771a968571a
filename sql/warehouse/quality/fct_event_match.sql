-- One row an event that two sources of an authority hold, or that one of them should: alike; with another second
-- date (its end, or when it was authorised); with another first date, where each has one event of the child in the
-- month that found no other; or in one of them alone. A second date after the days that both cover counts as none.
-- grain: authority_code, subject, preferred_source, other_source, preferred_line, other_line
WITH of_both_sources AS (
    SELECT
        compared.authority_code,
        compared.subject,
        compared.preferred_source,
        compared.other_source,
        compared.preferred_source = events.source AS is_preferred,
        events.child_id,
        events.record_key,
        events.line,
        events.first_date,
        CASE WHEN events.second_date <= compared.last_day THEN events.second_date END AS second_date
    FROM core.compared_source AS compared
    INNER JOIN core.source_event AS events
        ON
            compared.authority_code = events.authority_code
            AND compared.subject = events.subject
            AND events.source IN (compared.preferred_source, compared.other_source)
            AND events.first_date BETWEEN compared.first_day AND compared.last_day
),

numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY
                authority_code,
                subject,
                preferred_source,
                other_source,
                is_preferred,
                child_id,
                first_date,
                second_date
            ORDER BY line
        ) AS number
    FROM of_both_sources
),

by_both_dates AS (
    SELECT
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        first_date,
        second_date,
        any_value(record_key) FILTER (WHERE is_preferred) AS preferred_key,
        any_value(line) FILTER (WHERE is_preferred) AS preferred_line,
        any_value(record_key) FILTER (WHERE NOT is_preferred) AS other_key,
        any_value(line) FILTER (WHERE NOT is_preferred) AS other_line,
        bool_or(is_preferred) AS is_in_preferred,
        bool_or(NOT is_preferred) AS is_in_other
    FROM numbered
    GROUP BY authority_code, subject, preferred_source, other_source, child_id, first_date, second_date, number
),

left_over AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY
                authority_code, subject, preferred_source, other_source, is_in_preferred, child_id, first_date
            ORDER BY second_date, coalesce(preferred_line, other_line)
        ) AS number
    FROM by_both_dates
    WHERE NOT (is_in_preferred AND is_in_other)
),

by_first_date AS (
    SELECT
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        first_date,
        any_value(preferred_key) AS preferred_key,
        any_value(preferred_line) AS preferred_line,
        any_value(other_key) AS other_key,
        any_value(other_line) AS other_line,
        bool_or(is_in_preferred) AS is_in_preferred,
        bool_or(is_in_other) AS is_in_other
    FROM left_over
    GROUP BY authority_code, subject, preferred_source, other_source, child_id, first_date, number
),

by_month AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_in_preferred) OVER of_child = 1
        AND count(*) FILTER (WHERE is_in_other) OVER of_child = 1 AS is_one_of_each
    FROM by_first_date
    WHERE NOT (is_in_preferred AND is_in_other)
    WINDOW
        of_child AS (
            PARTITION BY
                authority_code,
                subject,
                preferred_source,
                other_source,
                child_id,
                date_trunc('month', first_date)
        )
),

events AS (
    SELECT
        'alike' AS agreement,
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        first_date,
        preferred_key,
        preferred_line,
        other_key,
        other_line
    FROM by_both_dates
    WHERE is_in_preferred AND is_in_other
    UNION ALL
    SELECT
        'another second date' AS agreement,
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        first_date,
        preferred_key,
        preferred_line,
        other_key,
        other_line
    FROM by_first_date
    WHERE is_in_preferred AND is_in_other
    UNION ALL
    SELECT
        'another first date' AS agreement,
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        any_value(first_date) FILTER (WHERE is_in_preferred) AS first_date,
        any_value(preferred_key) AS preferred_key,
        any_value(preferred_line) AS preferred_line,
        any_value(other_key) AS other_key,
        any_value(other_line) AS other_line
    FROM by_month
    WHERE is_one_of_each
    GROUP BY
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        date_trunc('month', first_date)
    UNION ALL
    SELECT
        CASE WHEN is_in_preferred THEN 'only in the preferred source' ELSE 'only in the other source' END AS agreement,
        authority_code,
        subject,
        preferred_source,
        other_source,
        child_id,
        first_date,
        preferred_key,
        preferred_line,
        other_key,
        other_line
    FROM by_month
    WHERE NOT is_one_of_each
)

SELECT
    authority_code,
    subject,
    preferred_source,
    other_source,
    strftime(first_date, '%Y-%m') AS reporting_month,
    agreement,
    child_id,
    first_date,
    preferred_key,
    preferred_line,
    other_key,
    other_line
FROM events
