SELECT
    questions.authority_code,
    questions.delivery_month AS reporting_month,
    questions.question_id,
    coalesce(questions.standard_id, 'unassigned') AS standard_id,
    coalesce(questions.reverse, false) AS is_reverse,
    questions.points
FROM staging.survey_questions AS questions
