-- One row a returned questionnaire.
SELECT
    responses.authority_code,
    responses.delivery_month AS reporting_month,
    responses.respondent_id,
    len(responses.answers) AS answers
FROM staging.survey_responses AS responses
