-- A council's score is shown where the rounded number of respondents says that there were enough. Of region and nation
-- the score was given by others; the one without the council gives the council's away.
WITH councils AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        respondents - limit_of('base') >= limit_of('fewest_respondents') AS is_shown
    FROM snapshots.survey_score
    WHERE geography = 'council'
),

decided AS (
    SELECT
        scores.*,
        CASE
            WHEN scores.geography <> 'council' OR councils.is_shown
                THEN cast(round(cast(scores.score AS DECIMAL(9, 4)), 1) AS DOUBLE)
        END AS score_shown,
        CASE
            WHEN councils.is_shown THEN cast(round(cast(scores.without_score AS DECIMAL(9, 4)), 1) AS DOUBLE)
        END AS without_score_shown,
        coalesce(councils.is_shown, false) AS is_council_shown
    FROM snapshots.survey_score AS scores
    LEFT JOIN councils USING (authority_code, reporting_month, standard_id)
)

SELECT
    authority_code,
    reporting_month,
    survey_date,
    standard_id,
    standard_name,
    display_order,
    geography,
    score_shown AS score,
    symbol_beside(score, score_shown) AS score_symbol,
    if_shown(rounded_score, score_shown) AS rounded_score,
    symbol_beside(rounded_score, score_shown) AS rounded_score_symbol,
    if_shown(margin, score_shown) AS margin,
    without_score_shown AS without_score,
    CASE WHEN is_council_shown THEN symbol_beside(without_score, score_shown) ELSE 'c' END AS without_score_symbol,
    CASE WHEN score_shown IS NULL THEN 'not shown' ELSE rag END AS rag,
    if_shown(narrative_conflict, score_shown) AS narrative_conflict,
    if_shown(narrative_words, score_shown) AS narrative_words,
    if_shown(narrative_note, score_shown) AS narrative_note,
    if_shown(narrative_signed_by, score_shown) AS narrative_signed_by,
    if_shown(narrative_signed_on, score_shown) AS narrative_signed_on,
    is_reverse,
    respondents,
    count_symbol(respondents) AS respondents_symbol,
    questions,
    basis
FROM decided
