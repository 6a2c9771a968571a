-- One row an assessment of a child on a list of one month's end.
SELECT
    assessments.authority_code,
    assessments.delivery_month AS reporting_month,
    assessments.assessment_key AS assessment_id,
    assessments.child_unique_id AS child_id,
    assessments.continuous_assessment_start_date AS start_date,
    assessments.continuous_assessment_date_of_authorisation AS authorised_date
FROM staging.annex_a_assessments AS assessments
