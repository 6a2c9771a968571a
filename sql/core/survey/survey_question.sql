-- One row a question of a survey. A question that is not marked runs as its standard does: agreement with Tensions is
-- bad news, said or not. A question counts in nothing of which it could not be read which way it runs.
WITH questions AS (
    SELECT
        authority_code,
        delivery_month,
        question_id,
        question,
        standard_id,
        reverse,
        points
    FROM staging.survey_questions
    WHERE NOT coalesce(list_contains(unread_columns, 'reverse'), false)
)

SELECT
    questions.authority_code,
    questions.delivery_month AS reporting_month,
    questions.question_id,
    questions.question,
    coalesce(questions.standard_id, 'unassigned') AS standard_id,
    coalesce(questions.reverse, standards.is_reverse, false) AS is_reverse,
    questions.points
FROM questions
LEFT JOIN core.survey_standard AS standards
    ON
        questions.authority_code = standards.authority_code
        AND questions.delivery_month = standards.reporting_month
        AND questions.standard_id = standards.standard_id
