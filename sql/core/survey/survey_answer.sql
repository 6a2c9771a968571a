-- One row an answer of a respondent.
SELECT
    responses.authority_code,
    responses.delivery_month AS reporting_month,
    responses.respondent_id,
    given.answer.question_id,
    given.answer.answer
FROM staging.survey_responses AS responses
CROSS JOIN unnest(responses.answers) AS given (answer)
