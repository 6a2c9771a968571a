-- One row a review of a serious incident.
SELECT
    reviews.authority_code,
    reviews.review_id,
    reviews.notification_id,
    reviews.review_type,
    reviews.decision_date,
    reviews.sent_date,
    reviews.published_date,
    coalesce(reviews.delay_agreed, false) AS is_delay_agreed
FROM staging.local_serious_incident_reviews AS reviews
