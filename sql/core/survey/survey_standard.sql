-- One row a survey and standard: as the survey's own list of standards has it, else as the project's list does. None
-- where it could not be read whether less of it is better.
WITH surveys AS (
    SELECT
        authority_code,
        delivery_month
    FROM staging.survey_questions
    UNION
    SELECT
        authority_code,
        delivery_month
    FROM staging.survey_comparators
    UNION
    SELECT
        authority_code,
        delivery_month
    FROM staging.survey_summary
)

SELECT
    own.authority_code,
    own.delivery_month AS reporting_month,
    own.standard_id,
    coalesce(own.standard_name, standards.standard_name, own.standard_id) AS standard_name,
    coalesce(own.reverse, standards.is_reverse, false) AS is_reverse,
    coalesce(own.display_order, standards.display_order, 100) AS display_order
FROM staging.survey_standards AS own
LEFT JOIN reference.survey_standard AS standards ON own.standard_id = standards.standard_id
WHERE NOT coalesce(list_contains(own.unread_columns, 'reverse'), false)
UNION ALL
SELECT
    surveys.authority_code,
    surveys.delivery_month AS reporting_month,
    standards.standard_id,
    standards.standard_name,
    standards.is_reverse,
    standards.display_order
FROM surveys
CROSS JOIN reference.survey_standard AS standards
ANTI JOIN staging.survey_standards AS own
    ON
        surveys.authority_code = own.authority_code
        AND surveys.delivery_month = own.delivery_month
        AND standards.standard_id = own.standard_id
