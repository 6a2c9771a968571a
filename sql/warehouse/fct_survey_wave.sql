-- One row a survey of an authority: when, how many were invited, how many answered anything.
-- grain: authority_code, reporting_month
WITH responses AS (
    SELECT
        authority_code,
        reporting_month,
        respondent_id,
        answers
    FROM core.survey_response
),

invitations AS (
    SELECT
        authority_code,
        reporting_month,
        survey_date,
        invited
    FROM core.survey_invitation
),

published_scores AS (
    SELECT
        authority_code,
        reporting_month,
        geography,
        respondents,
        basis
    FROM core.survey_published_score
),

months AS (
    SELECT
        reporting_month,
        month_end
    FROM warehouse.dim_month
),

waves AS (
    SELECT
        authority_code,
        reporting_month
    FROM responses
    UNION
    SELECT
        authority_code,
        reporting_month
    FROM invitations
    UNION
    SELECT
        authority_code,
        reporting_month
    FROM published_scores
),

counted AS (
    SELECT
        authority_code,
        reporting_month,
        count(DISTINCT respondent_id) FILTER (WHERE answers > 0) AS respondents
    FROM responses
    GROUP BY authority_code, reporting_month
),

told AS (
    SELECT
        authority_code,
        reporting_month,
        max(respondents) AS respondents
    FROM published_scores
    WHERE geography = 'council' AND basis = 'summary'
    GROUP BY authority_code, reporting_month
),

figures AS (
    SELECT
        waves.authority_code,
        waves.reporting_month,
        invitations.invited,
        coalesce(invitations.survey_date, months.month_end) AS survey_date,
        coalesce(counted.respondents, told.respondents) AS respondents
    FROM waves
    INNER JOIN months ON waves.reporting_month = months.reporting_month
    LEFT JOIN invitations
        ON
            waves.authority_code = invitations.authority_code
            AND waves.reporting_month = invitations.reporting_month
    LEFT JOIN counted
        ON
            waves.authority_code = counted.authority_code
            AND waves.reporting_month = counted.reporting_month
    LEFT JOIN told
        ON
            waves.authority_code = told.authority_code
            AND waves.reporting_month = told.reporting_month
)

SELECT
    authority_code,
    reporting_month,
    survey_date,
    invited,
    respondents,
    CASE
        WHEN invited IS NULL THEN 'number invited not known'
        WHEN respondents IS NULL THEN 'number of respondents not known'
        WHEN respondents > invited THEN 'more respondents than invited'
    END AS excluded_because
FROM figures
