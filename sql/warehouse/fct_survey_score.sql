-- One row a survey, standard and geography. A standard is the mean of its questions' means. Where all its
-- questions are reverse it keeps agreement as its score and its bands are inverted; a reverse question
-- among others counts as 100 less its score.
-- grain: authority_code, reporting_month, standard_id, geography
WITH items AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        is_reverse,
        score
    FROM warehouse.fct_survey_item
),

answers AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        respondent_id
    FROM warehouse.fct_survey_answer
    WHERE excluded_because IS NULL
),

questions AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        is_reverse
    FROM core.survey_question
),

published_scores AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        geography,
        score,
        respondents,
        basis
    FROM core.survey_published_score
),

standards AS (
    SELECT
        standard_id,
        is_reverse
    FROM reference.survey_standard
),

registered AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        bool_and(is_reverse) AS is_reverse
    FROM questions
    GROUP BY authority_code, reporting_month, standard_id
),

respondents AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        count(DISTINCT respondent_id) AS respondents
    FROM answers
    GROUP BY authority_code, reporting_month, standard_id
),

computed AS (
    SELECT
        items.authority_code,
        items.reporting_month,
        items.standard_id,
        'council' AS geography,
        count(*) AS questions,
        cast(
            sum(
                CASE
                    WHEN items.is_reverse AND NOT registered.is_reverse THEN 100 - items.score
                    ELSE items.score
                END
            ) / count(*) AS DECIMAL(9, 6)
        ) AS score
    FROM items
    INNER JOIN registered
        ON
            items.authority_code = registered.authority_code
            AND items.reporting_month = registered.reporting_month
            AND items.standard_id = registered.standard_id
    GROUP BY items.authority_code, items.reporting_month, items.standard_id
),

every_score AS (
    SELECT
        computed.authority_code,
        computed.reporting_month,
        computed.standard_id,
        computed.geography,
        computed.score,
        respondents.respondents,
        computed.questions,
        'responses' AS basis
    FROM computed
    INNER JOIN respondents
        ON
            computed.authority_code = respondents.authority_code
            AND computed.reporting_month = respondents.reporting_month
            AND computed.standard_id = respondents.standard_id
    UNION ALL
    SELECT
        published_scores.authority_code,
        published_scores.reporting_month,
        published_scores.standard_id,
        published_scores.geography,
        cast(published_scores.score AS DECIMAL(15, 6)) AS score,
        published_scores.respondents,
        cast(NULL AS BIGINT) AS questions,
        published_scores.basis
    FROM published_scores
    LEFT JOIN computed
        ON
            published_scores.authority_code = computed.authority_code
            AND published_scores.reporting_month = computed.reporting_month
            AND published_scores.standard_id = computed.standard_id
            AND published_scores.geography = computed.geography
    WHERE computed.standard_id IS NULL
)

SELECT
    every_score.authority_code,
    every_score.reporting_month,
    every_score.standard_id,
    every_score.geography,
    every_score.score,
    every_score.respondents,
    every_score.questions,
    every_score.basis,
    coalesce(registered.is_reverse, standards.is_reverse) AS is_reverse
FROM every_score
INNER JOIN standards ON every_score.standard_id = standards.standard_id
LEFT JOIN registered
    ON
        every_score.authority_code = registered.authority_code
        AND every_score.reporting_month = registered.reporting_month
        AND every_score.standard_id = registered.standard_id
