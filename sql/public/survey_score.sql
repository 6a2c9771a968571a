-- A council's score is shown where ten or more are behind it, and where no public edition before showed it for a number
-- of respondents that differs by fewer than ten: from two scores of nearly the same people follow those of the others.
WITH councils AS (
    SELECT
        scores.authority_code,
        scores.reporting_month,
        scores.standard_id,
        scores.respondents >= 10 AND NOT coalesce(
            bool_or(abs(scores.respondents - earlier.respondents) BETWEEN 1 AND 9), false
        ) AS is_shown
    FROM survey_score AS scores
    LEFT JOIN public_survey AS earlier
        ON
            scores.authority_code = earlier.authority_code
            AND scores.reporting_month = earlier.reporting_month
            AND scores.standard_id = earlier.standard_id
            AND earlier.geography = 'council'
    WHERE scores.geography = 'council'
    GROUP BY scores.authority_code, scores.reporting_month, scores.standard_id, scores.respondents
),

-- Of region and nation the score was given by others; without the council, it tells of the council.
told AS (
    SELECT
        scores.*,
        scores.geography <> 'council' OR coalesce(councils.is_shown, false) AS is_shown,
        coalesce(councils.is_shown, false) AS is_council_shown
    FROM survey_score AS scores
    LEFT JOIN councils
        ON
            scores.authority_code = councils.authority_code
            AND scores.reporting_month = councils.reporting_month
            AND scores.standard_id = councils.standard_id
)

SELECT
    authority_code,
    reporting_month,
    survey_date,
    standard_id,
    standard_name,
    display_order,
    geography,
    cast(if_shown(round(cast(score AS DECIMAL(9, 4)), 1), is_shown) AS DOUBLE) AS score,
    symbol(score, is_shown) AS score_symbol,
    if_shown(rounded_score, is_shown) AS rounded_score,
    symbol(rounded_score, is_shown) AS rounded_score_symbol,
    cast(if_shown(round(cast(without_score AS DECIMAL(9, 4)), 1), is_shown AND is_council_shown) AS DOUBLE)
        AS without_score,
    symbol(without_score, is_shown AND is_council_shown) AS without_score_symbol,
    CASE WHEN is_shown THEN rag ELSE 'not shown' END AS rag,
    if_shown(narrative_conflict, is_shown) AS narrative_conflict,
    if_shown(narrative_words, is_shown) AS narrative_words,
    if_shown(narrative_note, is_shown) AS narrative_note,
    if_shown(narrative_signed_by, is_shown) AS narrative_signed_by,
    if_shown(narrative_signed_on, is_shown) AS narrative_signed_on,
    is_reverse,
    if_shown(respondents, is_shown) AS respondents,
    symbol(respondents, is_shown) AS respondents_symbol,
    questions,
    basis
FROM told
