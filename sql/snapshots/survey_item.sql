-- A question to watch is kept apart from ratings, which are of standards. One of which less is better has its band.
WITH items AS (
    SELECT
        authority_code,
        reporting_month,
        question_id,
        standard_id,
        is_reverse,
        answers,
        cast(score AS DOUBLE) AS score,
        cast(floor(score + 0.5) AS INTEGER) AS rounded_score
    FROM warehouse.fct_survey_item
)

SELECT
    items.authority_code,
    items.reporting_month,
    waves.survey_date,
    items.question_id,
    questions.question,
    items.standard_id,
    standards.standard_name,
    standards.display_order,
    items.score,
    items.rounded_score,
    items.is_reverse,
    items.answers,
    NOT items.is_reverse AND items.rounded_score <= watches.to_score AS is_watched
FROM items
INNER JOIN warehouse.fct_survey_wave AS waves USING (authority_code, reporting_month)
LEFT JOIN core.survey_standard AS standards USING (authority_code, reporting_month, standard_id)
LEFT JOIN core.survey_question AS questions USING (authority_code, reporting_month, question_id)
CROSS JOIN reference.survey_watch AS watches
