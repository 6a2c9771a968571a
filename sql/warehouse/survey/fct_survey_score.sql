-- One row a survey, standard and geography. A standard is the mean of its questions' means. Where all its
-- questions are reverse it keeps agreement as its score and its bands are inverted; a reverse question
-- among others counts as 100 less its score. margin: half of the 95% interval of a council's own score, of the spread
-- of its respondents' scores, as a sample without return of those invited: nothing where all answered.
-- grain: authority_code, reporting_month, standard_id, geography
WITH answers AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        respondent_id
    FROM warehouse.fct_survey_answer
    WHERE excluded_because IS NULL
),

registered AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        bool_and(is_reverse) AS is_reverse
    FROM core.survey_question
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
    FROM warehouse.fct_survey_item AS items
    INNER JOIN registered USING (authority_code, reporting_month, standard_id)
    GROUP BY items.authority_code, items.reporting_month, items.standard_id
),

respondent_scores AS (
    SELECT
        answers.authority_code,
        answers.reporting_month,
        answers.standard_id,
        answers.respondent_id,
        avg(
            CASE
                WHEN answers.is_reverse AND NOT registered.is_reverse
                    THEN 100 - 100.0 * (answers.answer - 1) / (answers.points - 1)
                ELSE 100.0 * (answers.answer - 1) / (answers.points - 1)
            END
        ) AS score
    FROM warehouse.fct_survey_answer AS answers
    INNER JOIN registered USING (authority_code, reporting_month, standard_id)
    WHERE answers.excluded_because IS NULL
    GROUP BY answers.authority_code, answers.reporting_month, answers.standard_id, answers.respondent_id
),

-- As it is printed: a gap that is within it on one page is within it on all.
margins AS (
    SELECT
        scores.authority_code,
        scores.reporting_month,
        scores.standard_id,
        'council' AS geography,
        round(
            normal_975()
            * stddev_samp(scores.score)
            * sqrt((any_value(waves.invited) - count(*)) / (count(*) * (any_value(waves.invited) - 1))),
            1
        ) AS margin
    FROM respondent_scores AS scores
    INNER JOIN warehouse.fct_survey_wave AS waves USING (authority_code, reporting_month)
    WHERE waves.excluded_because IS NULL
    GROUP BY scores.authority_code, scores.reporting_month, scores.standard_id
    HAVING count(*) > 1
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
    INNER JOIN respondents USING (authority_code, reporting_month, standard_id)
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
    FROM core.survey_published_score AS published_scores
    LEFT JOIN computed USING (authority_code, reporting_month, standard_id, geography)
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
    coalesce(registered.is_reverse, standards.is_reverse) AS is_reverse,
    CASE WHEN every_score.basis = 'responses' THEN margins.margin END AS margin
FROM every_score
INNER JOIN core.survey_standard AS standards USING (authority_code, reporting_month, standard_id)
LEFT JOIN registered USING (authority_code, reporting_month, standard_id)
LEFT JOIN margins USING (authority_code, reporting_month, standard_id, geography)
