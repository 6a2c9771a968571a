WITH conferences AS (
    SELECT
        authority_code,
        conference_id,
        reporting_month,
        working_days,
        excluded_because
    FROM warehouse.fct_initial_conference
)

SELECT
    authority_code,
    conference_id
FROM conferences
WHERE
    excluded_because IS NULL
    AND reporting_month IS NOT NULL
    AND (working_days IS NULL OR working_days < 0)
