-- One row a survey of an authority: when, how many were invited, how many answered anything.
-- grain: authority_code, reporting_month
WITH waves AS (
    SELECT
        authority_code,
        reporting_month
    FROM core.survey_response
    UNION
    SELECT
        authority_code,
        reporting_month
    FROM core.survey_invitation
    UNION
    SELECT
        authority_code,
        reporting_month
    FROM core.survey_published_score
),

counted AS (
    SELECT
        authority_code,
        reporting_month,
        count(DISTINCT respondent_id) FILTER (WHERE answers > 0) AS respondents
    FROM core.survey_response
    GROUP BY authority_code, reporting_month
),

published AS (
    SELECT
        authority_code,
        reporting_month,
        max(respondents) AS respondents
    FROM core.survey_published_score
    WHERE geography = 'council' AND basis = 'summary'
    GROUP BY authority_code, reporting_month
),

figures AS (
    SELECT
        waves.authority_code,
        waves.reporting_month,
        invitations.invited,
        coalesce(invitations.survey_date, months.month_end) AS survey_date,
        coalesce(counted.respondents, published.respondents) AS respondents
    FROM waves
    INNER JOIN warehouse.dim_month AS months ON waves.reporting_month = months.reporting_month
    LEFT JOIN core.survey_invitation AS invitations
        ON
            waves.authority_code = invitations.authority_code
            AND waves.reporting_month = invitations.reporting_month
    LEFT JOIN counted
        ON
            waves.authority_code = counted.authority_code
            AND waves.reporting_month = counted.reporting_month
    LEFT JOIN published
        ON
            waves.authority_code = published.authority_code
            AND waves.reporting_month = published.reporting_month
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
