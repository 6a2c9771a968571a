-- One row a KPI, care leaver and question that is asked of them, as the KPI counts it. Of whom nothing is recorded the
-- answer is no.
WITH answers AS (
    SELECT
        *,
        'in_touch' AS question,
        is_in_touch AS answer,
        CASE WHEN is_in_touch THEN 'in touch' ELSE 'not in touch, or not recorded' END AS answer_in_words
    FROM warehouse.fct_care_leaver_month
    UNION ALL
    SELECT
        *,
        'accommodation' AS question,
        coalesce(is_suitable, false) AS answer,
        in_words(is_suitable, 'suitable accommodation', 'unsuitable accommodation', 'not recorded') AS answer_in_words
    FROM warehouse.fct_care_leaver_month
    UNION ALL
    SELECT
        *,
        'in_eet' AS question,
        coalesce(is_in_eet, false) AS answer,
        in_words(is_in_eet, 'in education, employment or training', 'in none', 'not recorded') AS answer_in_words
    FROM warehouse.fct_care_leaver_month
)

SELECT
    sources.kpi_id,
    answers.question,
    answers.age_group,
    answers.authority_code,
    answers.team_code,
    answers.reporting_month,
    answers.person_id AS child_id,
    answers.person_id AS record_key,
    one_or_zero(CASE WHEN answers.excluded_because IS NULL THEN answers.answer END) AS numerator,
    one_if(answers.excluded_because IS NULL) AS denominator,
    coalesce(answers.excluded_because, answers.answer_in_words) AS reason
FROM answers
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
