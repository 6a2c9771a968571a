-- Who approved is known when the month is published, not when it is built: publishing fills it in.
WITH failing AS (
    SELECT concat(authority_code, ' ', condition, ': ', detail) AS sentence
    FROM snapshots.gate
    WHERE NOT holds
)

SELECT
    strftime($as_of, '%Y-%m') AS reporting_month,
    CASE WHEN count(*) = 0 THEN 'open' ELSE 'held' END AS verdict,
    string_agg(failing.sentence, '; ' ORDER BY failing.sentence) AS conditions_not_met,
    cast(NULL AS VARCHAR) AS approved_by,
    cast(NULL AS VARCHAR) AS approved_at,
    cast(NULL AS VARCHAR) AS reason
FROM failing
