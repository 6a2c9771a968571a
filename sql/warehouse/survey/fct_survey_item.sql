-- One row a question that anybody answered, in a standard or in none: its mean score, 0 to 100, as given. One division
-- of whole numbers, kept to twelve places, so that no order of adding can change it.
-- grain: authority_code, reporting_month, question_id
WITH answers AS (
    SELECT
        authority_code,
        reporting_month,
        question_id,
        standard_id,
        is_reverse,
        points,
        answer
    FROM warehouse.fct_survey_answer
    WHERE excluded_because IS NULL OR excluded_because = 'in no standard'
)

SELECT
    authority_code,
    reporting_month,
    question_id,
    standard_id,
    is_reverse,
    count(*) AS answers,
    cast(100 * sum(answer - 1) / (count(*) * (points - 1)) AS DECIMAL(15, 12)) AS score
FROM answers
GROUP BY authority_code, reporting_month, question_id, standard_id, is_reverse, points
