-- One row a survey, standard and geography. Scores that a council was given rather than computed: from the comparator
-- file, else from the summary it was sent. Rows that contradict each other give no score.
WITH comparators AS (
    SELECT
        authority_code,
        delivery_month AS reporting_month,
        standard_id,
        geography,
        score,
        respondents
    FROM staging.survey_comparators
),

summaries AS (
    SELECT
        authority_code,
        delivery_month AS reporting_month,
        standard,
        council,
        region,
        nation
    FROM staging.survey_summary
),

summary_cells AS (
    SELECT
        authority_code,
        reporting_month,
        standard,
        'council' AS geography,
        council AS figure
    FROM summaries
    UNION ALL
    SELECT
        authority_code,
        reporting_month,
        standard,
        'region' AS geography,
        region AS figure
    FROM summaries
    UNION ALL
    SELECT
        authority_code,
        reporting_month,
        standard,
        'nation' AS geography,
        nation AS figure
    FROM summaries
),

respondents AS (
    SELECT
        *,
        cast(figure AS BIGINT) AS respondents
    FROM summary_cells
    WHERE standard = 'respondents'
),

every_score AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        geography,
        score,
        respondents,
        'comparators' AS basis,
        1 AS preference
    FROM comparators
    UNION ALL
    SELECT
        summary_cells.authority_code,
        summary_cells.reporting_month,
        summary_cells.standard AS standard_id,
        summary_cells.geography,
        summary_cells.figure AS score,
        respondents.respondents,
        'summary' AS basis,
        2 AS preference
    FROM summary_cells
    LEFT JOIN respondents USING (authority_code, reporting_month, geography)
    WHERE summary_cells.standard != 'respondents' AND summary_cells.figure IS NOT NULL
),

one_a_basis AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        geography,
        basis,
        preference,
        CASE WHEN min(score) = max(score) THEN max(score) END AS score,
        CASE WHEN min(respondents) = max(respondents) THEN max(respondents) END AS respondents
    FROM every_score
    GROUP BY authority_code, reporting_month, standard_id, geography, basis, preference
),

preferred AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        geography,
        min(preference) AS preference
    FROM one_a_basis
    GROUP BY authority_code, reporting_month, standard_id, geography
)

SELECT
    one_a_basis.authority_code,
    one_a_basis.reporting_month,
    one_a_basis.standard_id,
    one_a_basis.geography,
    one_a_basis.score,
    one_a_basis.respondents,
    one_a_basis.basis
FROM one_a_basis
INNER JOIN preferred USING (authority_code, reporting_month, standard_id, geography, preference)
