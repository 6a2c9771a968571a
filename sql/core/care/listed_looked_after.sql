-- One row a period of being looked after on a list of one month's end, with the placement, visit and review that the
-- list holds of it. Of one that is on the list several times, as on a sheet a month, the row counts that holds
-- the latest days.
-- grain: authority_code, reporting_month, child_id, start_date
SELECT
    periods.authority_code,
    periods.delivery_month AS reporting_month,
    periods.looked_after_key AS care_period_key,
    coalesce(same.known_as, periods.child_unique_id) AS child_id,
    periods.date_started_to_be_looked_after AS start_date,
    periods.date_ceased_to_be_looked_after AS end_date,
    periods.legal_status,
    coalesce(periods.start_date_of_current_legal_status, periods.date_started_to_be_looked_after)
        AS legal_status_start_date,
    periods.reason_ceased_to_be_looked_after AS end_reason,
    periods.category_of_need,
    periods.placement_type,
    periods.placement_provider,
    periods.placement_location,
    periods.placements_last_12_months AS placements_in_year,
    periods.missing_last_12_months AS missing_in_year,
    periods.date_of_last_health_assessment AS last_health_assessment_date,
    periods.date_of_last_dental_check AS last_dental_check_date,
    periods.date_of_last_iro_visit AS last_iro_contact_date,
    periods.start_date_of_most_recent_placement AS placement_start_date,
    coalesce(periods.permanence_plan = 'Long-term fostering', false) AS is_meant_to_last,
    periods.date_of_last_social_work_visit AS last_visit_date,
    periods.date_of_latest_statutory_review AS last_review_date
FROM staging.annex_a_looked_after AS periods
LEFT JOIN core.same_child AS same
    ON periods.authority_code = same.authority_code AND periods.child_unique_id = same.child_id
QUALIFY row_number() OVER (
    PARTITION BY
        periods.authority_code,
        periods.delivery_month,
        coalesce(same.known_as, periods.child_unique_id),
        periods.date_started_to_be_looked_after
    ORDER BY
        periods.date_ceased_to_be_looked_after DESC NULLS LAST,
        periods.date_of_last_social_work_visit DESC NULLS LAST,
        periods.start_date_of_most_recent_placement DESC NULLS LAST,
        periods.start_date_of_current_legal_status DESC NULLS LAST,
        periods.looked_after_key ASC
) = 1
