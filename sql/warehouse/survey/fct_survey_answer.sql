-- One row an answer of a respondent, with its score from 0 to 100 as given: agreement is high, whatever
-- it means.
-- grain: authority_code, reporting_month, respondent_id, question_id
SELECT
    answers.authority_code,
    answers.reporting_month,
    answers.respondent_id,
    answers.question_id,
    questions.standard_id,
    questions.is_reverse,
    questions.points,
    answers.answer,
    CASE
        WHEN questions.question_id IS NULL THEN 'question not in the registry'
        WHEN questions.points IS NULL OR questions.points < 2 THEN 'no usable scale'
        WHEN answers.answer NOT BETWEEN 1 AND questions.points THEN 'not on the scale'
        WHEN questions.standard_id = 'unassigned' THEN 'in no standard'
    END AS excluded_because
FROM core.survey_answer AS answers
LEFT JOIN core.survey_question AS questions USING (authority_code, reporting_month, question_id)
