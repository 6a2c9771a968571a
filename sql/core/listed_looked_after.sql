-- One row a period of being looked after on a list of one month's end, with the placement, visit and review that the
-- list holds of it.
SELECT
    periods.authority_code,
    periods.delivery_month AS reporting_month,
    periods.looked_after_key AS care_period_key,
    periods.child_unique_id AS child_id,
    periods.date_started_to_be_looked_after AS start_date,
    periods.date_ceased_to_be_looked_after AS end_date,
    periods.legal_status,
    coalesce(periods.start_date_of_current_legal_status, periods.date_started_to_be_looked_after)
        AS legal_status_start_date,
    periods.placement_type,
    periods.start_date_of_most_recent_placement AS placement_start_date,
    coalesce(periods.permanence_plan = 'Long-term fostering', false) AS is_meant_to_last,
    periods.date_of_last_social_work_visit AS last_visit_date,
    periods.date_of_latest_statutory_review AS last_review_date
FROM staging.annex_a_looked_after AS periods
