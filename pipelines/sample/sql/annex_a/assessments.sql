-- One row an assessment that is open, or was begun or authorised in the six months before.
SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    assessments.cina_assessment_start_date AS continuous_assessment_start_date,
    assessments.cina_assessment_auth_date AS continuous_assessment_date_of_authorisation,
    CASE
        WHEN assessments.cina_assessment_child_seen THEN 'Yes'
        WHEN NOT assessments.cina_assessment_child_seen THEN 'No'
    END AS child_seen_during_continuous_assessment,
    CASE
        WHEN assessments.cina_assessment_outcome_nfa THEN 'No'
        WHEN NOT assessments.cina_assessment_outcome_nfa THEN 'Yes'
    END AS requires_support
FROM export.ssd_cin_assessments AS assessments
CROSS JOIN council.month AS months
INNER JOIN council.child AS children ON assessments.cina_person_id = children.child_id
WHERE coalesce(assessments.cina_assessment_auth_date, months.month_end) >= months.six_months_from
