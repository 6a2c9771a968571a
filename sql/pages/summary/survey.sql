-- The newest survey of each authority: a standard a row, its geographies side by side.
WITH newest AS (
    SELECT
        authority_code,
        max(reporting_month) AS reporting_month
    FROM survey_score
    GROUP BY authority_code
)

SELECT
    scores.authority_code,
    scores.survey_date,
    scores.standard_name,
    max(CASE WHEN scores.geography = 'council' THEN scores.rounded_score END) AS council,
    max(CASE WHEN scores.geography = 'council' THEN scores.rag END) AS council_rag,
    max(CASE WHEN scores.geography = 'region' THEN scores.rounded_score END) AS region,
    max(CASE WHEN scores.geography = 'region' THEN scores.rag END) AS region_rag,
    max(CASE WHEN scores.geography = 'nation' THEN scores.rounded_score END) AS nation,
    max(CASE WHEN scores.geography = 'nation' THEN scores.rag END) AS nation_rag,
    max(CASE WHEN scores.geography = 'council' THEN scores.respondents END) AS respondents,
    bool_or(scores.narrative_conflict) AS narrative_conflict
FROM survey_score AS scores
INNER JOIN newest
    ON
        scores.authority_code = newest.authority_code
        AND scores.reporting_month = newest.reporting_month
GROUP BY scores.authority_code, scores.survey_date, scores.standard_name, scores.display_order
ORDER BY scores.authority_code, scores.display_order
