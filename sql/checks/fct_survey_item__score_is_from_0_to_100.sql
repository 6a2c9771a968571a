WITH items AS (
    SELECT
        authority_code,
        reporting_month,
        question_id,
        score
    FROM warehouse.fct_survey_item
)

SELECT
    authority_code,
    reporting_month,
    question_id
FROM items
WHERE score IS NULL OR score NOT BETWEEN 0 AND 100
