-- One row a question of a survey. A question that is not marked runs as its standard does: agreement with Tensions is
-- bad news, told or not.
WITH questions AS (
    SELECT
        authority_code,
        delivery_month,
        question_id,
        standard_id,
        reverse,
        points
    FROM staging.survey_questions
),

standards AS (
    SELECT
        standard_id,
        is_reverse
    FROM reference.survey_standard
)

SELECT
    questions.authority_code,
    questions.delivery_month AS reporting_month,
    questions.question_id,
    coalesce(questions.standard_id, 'unassigned') AS standard_id,
    coalesce(questions.reverse, standards.is_reverse, false) AS is_reverse,
    questions.points
FROM questions
LEFT JOIN standards ON questions.standard_id = standards.standard_id
