WITH assessments AS (
    SELECT
        authority_code,
        assessment_id,
        reporting_month,
        working_days,
        excluded_because
    FROM warehouse.fct_assessment
)

SELECT
    authority_code,
    assessment_id
FROM assessments
WHERE
    excluded_because IS NULL
    AND reporting_month IS NOT NULL
    AND (working_days IS NULL OR working_days < 0)
