-- A question to watch is told apart from ratings, which are of standards. One of which less is better has its band.
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
),

waves AS (
    SELECT
        authority_code,
        reporting_month,
        survey_date
    FROM warehouse.fct_survey_wave
),

standards AS (
    SELECT
        standard_id,
        standard_name,
        display_order
    FROM reference.survey_standard
),

watches AS (
    SELECT below_score
    FROM reference.survey_watch
)

SELECT
    items.authority_code,
    items.reporting_month,
    waves.survey_date,
    items.question_id,
    items.standard_id,
    standards.standard_name,
    standards.display_order,
    items.score,
    items.rounded_score,
    items.is_reverse,
    items.answers,
    NOT items.is_reverse AND items.rounded_score < watches.below_score AS is_watched
FROM items
INNER JOIN waves
    ON
        items.authority_code = waves.authority_code
        AND items.reporting_month = waves.reporting_month
LEFT JOIN standards ON items.standard_id = standards.standard_id
CROSS JOIN watches
