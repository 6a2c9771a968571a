SELECT
    authority_code,
    reporting_month,
    question_id
FROM warehouse.fct_survey_item
WHERE score IS NULL OR score NOT BETWEEN 0 AND 100
