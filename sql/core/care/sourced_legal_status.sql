-- One row a source, looked-after child and stretch of time (until is not in it) with one legal status, or none: of
-- those open the latest start counts, then the code.
WITH statuses AS (
    SELECT
        source,
        coalesce(only_month, '') AS only_month,
        authority_code,
        child_id,
        legal_status,
        is_short_break,
        start_date,
        end_date
    FROM core.legal_status
),

change_dates AS (
    SELECT
        source,
        only_month,
        authority_code,
        child_id,
        start_date AS change_date
    FROM statuses
    WHERE start_date IS NOT NULL
    UNION
    SELECT
        source,
        only_month,
        authority_code,
        child_id,
        end_date AS change_date
    FROM statuses
    WHERE end_date IS NOT NULL
),

ranked AS (
    SELECT
        change_dates.*,
        statuses.legal_status,
        statuses.is_short_break,
        row_number() OVER (
            PARTITION BY
                change_dates.source,
                change_dates.only_month,
                change_dates.authority_code,
                change_dates.child_id,
                change_dates.change_date
            ORDER BY statuses.start_date DESC, statuses.legal_status ASC
        ) AS position
    FROM change_dates
    LEFT JOIN statuses
        ON
            change_dates.source = statuses.source
            AND change_dates.only_month = statuses.only_month
            AND change_dates.authority_code = statuses.authority_code
            AND change_dates.child_id = statuses.child_id
            AND change_dates.change_date >= statuses.start_date
            AND change_dates.change_date < end_date_or_open(statuses.end_date)
)

SELECT
    source,
    only_month,
    authority_code,
    child_id,
    legal_status,
    is_short_break,
    change_date AS from_date,
    end_date_or_open(
        lead(change_date) OVER (PARTITION BY source, only_month, authority_code, child_id ORDER BY change_date)
    ) AS until_date
FROM ranked
WHERE position = 1
