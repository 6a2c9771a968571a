-- Bands are of whole numbers: a score is rounded half up first, and kept unrounded beside.
WITH scores AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        geography,
        score,
        cast(floor(score + 0.5) AS INTEGER) AS rounded_score,
        respondents,
        questions,
        basis,
        is_reverse,
        margin
    FROM warehouse.fct_survey_score
),

councils AS (
    SELECT
        authority_code,
        reporting_month,
        standard_id,
        score,
        respondents
    FROM scores
    WHERE geography = 'council'
),

-- A region and a nation hold the council's own respondents.
others AS (
    SELECT
        scores.authority_code,
        scores.reporting_month,
        scores.standard_id,
        scores.geography,
        (scores.score * scores.respondents - councils.score * councils.respondents)
        / (scores.respondents - councils.respondents) AS score
    FROM scores
    INNER JOIN councils
        ON
            scores.authority_code = councils.authority_code
            AND scores.reporting_month = councils.reporting_month
            AND scores.standard_id = councils.standard_id
            AND scores.respondents > councils.respondents
    WHERE scores.geography <> 'council'
),

claims AS (
    SELECT
        authority_code,
        reporting_month,
        'council' AS geography,
        claims,
        words
    FROM warehouse.dim_narrative
    WHERE subject = 'survey'
),

narratives AS (
    SELECT
        authority_code,
        reporting_month,
        'council' AS geography,
        subject,
        claims,
        words,
        note,
        signed_by,
        signed_on
    FROM warehouse.dim_narrative
)

SELECT
    scores.authority_code,
    scores.reporting_month,
    waves.survey_date,
    scores.standard_id,
    standards.standard_name,
    standards.display_order,
    scores.geography,
    cast(scores.score AS DOUBLE) AS score,
    scores.rounded_score,
    scores.margin,
    CASE WHEN others.score BETWEEN 0 AND 100 THEN cast(others.score AS DOUBLE) END AS without_score,
    coalesce(bands.rag, 'not rated') AS rag,
    coalesce(contradicts(coalesce(narratives.claims, claims.claims), bands.rag), false) AS narrative_conflict,
    CASE
        WHEN contradicts(coalesce(narratives.claims, claims.claims), bands.rag)
            THEN coalesce(narratives.words, claims.words)
    END AS narrative_words,
    narratives.note AS narrative_note,
    narratives.signed_by AS narrative_signed_by,
    narratives.signed_on AS narrative_signed_on,
    scores.is_reverse,
    scores.respondents,
    scores.questions,
    scores.basis
FROM scores
INNER JOIN warehouse.fct_survey_wave AS waves USING (authority_code, reporting_month)
INNER JOIN core.survey_standard AS standards USING (authority_code, reporting_month, standard_id)
LEFT JOIN others USING (authority_code, reporting_month, standard_id, geography)
LEFT JOIN reference.survey_band AS bands
    ON
        scores.is_reverse = bands.is_reverse
        AND scores.rounded_score BETWEEN bands.from_score AND bands.to_score
LEFT JOIN claims USING (authority_code, reporting_month, geography)
LEFT JOIN narratives
    ON
        scores.authority_code = narratives.authority_code
        AND scores.reporting_month = narratives.reporting_month
        AND scores.standard_id = narratives.subject
        AND scores.geography = narratives.geography
