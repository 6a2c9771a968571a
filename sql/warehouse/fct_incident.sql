-- One row a notification of a serious incident: how soon it followed the authority's becoming aware, and whether its
-- rapid review was sent in time.
-- grain: authority_code, notification_id
WITH incidents AS (
    SELECT
        authority_code,
        notification_id,
        aware_date,
        notified_date,
        incident_type,
        is_withdrawn
    FROM core.incident
),

rapid_reviews AS (
    SELECT
        authority_code,
        notification_id,
        min(sent_date) AS sent_date
    FROM core.incident_review
    WHERE review_type = 'rapid_review'
    GROUP BY authority_code, notification_id
),

calendar AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
),

working_days AS (
    SELECT
        calendar_date,
        reporting_month,
        working_day_number
    FROM warehouse.dim_calendar
    WHERE is_working_day
),

notification_timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'incident_notification'
),

review_timescales AS (
    SELECT
        authority_code,
        working_days
    FROM warehouse.dim_timescale
    WHERE timescale_id = 'rapid_review'
)

SELECT
    incidents.authority_code,
    incidents.notification_id,
    incidents.incident_type,
    notified.reporting_month,
    incidents.notified_date,
    notified.working_day_number - aware.working_day_number AS working_days,
    notified.working_day_number - aware.working_day_number <= notification_timescales.working_days AS is_in_time,
    review_due.reporting_month AS review_due_month,
    review_due.calendar_date AS review_due_date,
    rapid_reviews.sent_date AS review_sent_date,
    coalesce(rapid_reviews.sent_date <= review_due.calendar_date, false) AS is_reviewed_in_time,
    CASE
        WHEN incidents.is_withdrawn THEN 'withdrawn'
    END AS excluded_because,
    CASE
        WHEN incidents.is_withdrawn THEN 'withdrawn'
        WHEN
            incidents.incident_type = 'looked_after_death'
            THEN 'death of a looked-after child without suspected abuse or neglect'
    END AS not_notifiable_because,
    CASE
        WHEN incidents.aware_date IS NULL THEN 'day of becoming aware not known'
        WHEN incidents.aware_date > incidents.notified_date THEN 'notified before becoming aware'
    END AS no_clock_because
FROM incidents
INNER JOIN notification_timescales ON incidents.authority_code = notification_timescales.authority_code
INNER JOIN review_timescales ON incidents.authority_code = review_timescales.authority_code
LEFT JOIN rapid_reviews
    ON
        incidents.authority_code = rapid_reviews.authority_code
        AND incidents.notification_id = rapid_reviews.notification_id
LEFT JOIN calendar AS notified ON incidents.notified_date = notified.calendar_date
LEFT JOIN calendar AS aware ON incidents.aware_date = aware.calendar_date
LEFT JOIN working_days AS review_due
    ON notified.working_day_number + review_timescales.working_days = review_due.working_day_number
