-- One row an assessment that is open, or was authorised in the collection year.
SELECT
    details.lachildid,
    assessments.cina_assessment_id AS assessment_key,
    details.details_key,
    assessments.cina_assessment_start_date AS assessment_actual_start_date,
    assessments.cina_assessment_auth_date AS assessment_authorisation_date
FROM export.ssd_cin_assessments AS assessments
CROSS JOIN council.month AS months
INNER JOIN cin_census.details AS details ON assessments.cina_referral_id = details.details_key
WHERE coalesce(assessments.cina_assessment_auth_date, months.month_end) >= months.year_from
