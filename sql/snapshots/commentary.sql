SELECT
    cast(authority_code AS VARCHAR) AS authority_code,
    cast(reporting_month AS VARCHAR) AS reporting_month,
    cast(position AS BIGINT) AS position,
    cast(kind AS VARCHAR) AS kind,
    cast(subject AS VARCHAR) AS subject,
    cast(words AS VARCHAR) AS words,
    cast(owner AS VARCHAR) AS owner,
    cast(due_date AS DATE) AS due_date
FROM reference.commentary
WHERE reporting_month = strftime($as_of, '%Y-%m')
