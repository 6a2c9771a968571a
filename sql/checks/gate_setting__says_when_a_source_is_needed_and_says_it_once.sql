WITH settings AS (
    SELECT
        cast(authority_code AS VARCHAR) AS authority_code,
        cast(source AS VARCHAR) AS source,
        needed
    FROM reference.gate_setting
)

SELECT
    authority_code,
    source
FROM settings
GROUP BY authority_code, source
HAVING
    count(*) > 1
    OR NOT bool_and(needed IN ('once_delivered', 'always', 'never'))
    OR bool_or(needed = 'always' AND (authority_code IS NULL OR source IS NULL))
