-- One row a notification of a serious incident: how soon it followed the authority's becoming aware, and whether its
-- rapid review was sent in time.
-- grain: authority_code, notification_id
WITH rapid_reviews AS (
    SELECT
        authority_code,
        notification_id,
        min(sent_date) AS sent_date
    FROM core.incident_review
    WHERE review_type = 'rapid_review'
    GROUP BY authority_code, notification_id
)

SELECT
    incidents.authority_code,
    incidents.notification_id,
    incidents.incident_type,
    notified.reporting_month,
    incidents.notified_date,
    notified.working_day_number - aware.working_day_number AS working_days,
    incidents.notified_date <= notification_due.in_time_until AS is_in_time,
    strftime(review_due.due_date, '%Y-%m') AS review_due_month,
    review_due.due_date AS review_due_date,
    rapid_reviews.sent_date AS review_sent_date,
    coalesce(rapid_reviews.sent_date <= review_due.due_date, false) AS is_reviewed_in_time,
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
FROM core.incident AS incidents
LEFT JOIN warehouse.dim_timescale AS notification
    ON
        incidents.authority_code = notification.authority_code
        AND notification.timescale_id = 'incident_notification'
        AND incidents.aware_date >= notification.from_date
        AND incidents.aware_date < notification.until_date
LEFT JOIN warehouse.dim_timescale AS review
    ON
        incidents.authority_code = review.authority_code
        AND review.timescale_id = 'rapid_review'
        AND incidents.notified_date >= review.from_date
        AND incidents.notified_date < review.until_date
LEFT JOIN rapid_reviews
    ON
        incidents.authority_code = rapid_reviews.authority_code
        AND incidents.notification_id = rapid_reviews.notification_id
LEFT JOIN warehouse.dim_calendar AS notified ON incidents.notified_date = notified.calendar_date
LEFT JOIN warehouse.dim_calendar AS aware ON incidents.aware_date = aware.calendar_date
LEFT JOIN warehouse.dim_due_date AS notification_due
    ON
        incidents.aware_date = notification_due.start_date
        AND notification.length = notification_due.length
        AND notification.unit = notification_due.unit
LEFT JOIN warehouse.dim_due_date AS review_due
    ON
        incidents.notified_date = review_due.start_date
        AND review.length = review_due.length
        AND review.unit = review_due.unit
