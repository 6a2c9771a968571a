-- One row an authority, month and subject (a KPI, a survey standard, or 'survey' for all standards): what its report
-- says of the rating, and the signed note, if somebody wrote one.
-- grain: authority_code, reporting_month, subject
SELECT
    cast(authority_code AS VARCHAR) AS authority_code,
    cast(reporting_month AS VARCHAR) AS reporting_month,
    subject,
    claims,
    words,
    cast(note AS VARCHAR) AS note,
    cast(signed_by AS VARCHAR) AS signed_by,
    cast(signed_on AS DATE) AS signed_on
FROM reference.narrative
