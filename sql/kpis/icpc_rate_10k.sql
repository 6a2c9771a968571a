-- The population is known of the whole authority alone.
SELECT
    authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    reporting_month,
    child_id,
    record_key,
    numerator,
    denominator,
    reason
FROM warehouse.fct_rate_of_year
WHERE kind = 'initial conference'
