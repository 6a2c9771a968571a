SELECT
    authority_code,
    assessment_id
FROM warehouse.fct_assessment
WHERE
    excluded_because IS NULL
    AND reporting_month IS NOT NULL
    AND (working_days IS NULL OR working_days < 0)
