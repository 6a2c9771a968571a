-- One row an assessment of a child on a list of one month's end. Of one that is on the list several times, as on a
-- sheet a month, it counts that it was authorised.
-- grain: authority_code, reporting_month, child_id, start_date
WITH listed AS (
    SELECT
        assessments.authority_code,
        assessments.delivery_month AS reporting_month,
        assessments.assessment_key AS assessment_id,
        coalesce(same.known_as, assessments.child_unique_id) AS child_id,
        assessments.continuous_assessment_start_date AS start_date,
        assessments.continuous_assessment_date_of_authorisation AS authorised_date
    FROM staging.annex_a_assessments AS assessments
    LEFT JOIN core.same_child AS same
        ON assessments.authority_code = same.authority_code AND assessments.child_unique_id = same.child_id
)

SELECT
    authority_code,
    reporting_month,
    child_id,
    start_date,
    min(assessment_id) AS assessment_id,
    max(authorised_date) AS authorised_date
FROM listed
GROUP BY authority_code, reporting_month, child_id, start_date
