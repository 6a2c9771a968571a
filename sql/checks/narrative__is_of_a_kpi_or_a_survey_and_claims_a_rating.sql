WITH subjects AS (
    SELECT kpi_id AS subject
    FROM warehouse.dim_kpi
    UNION ALL
    SELECT standard_id AS subject
    FROM reference.survey_standard
    UNION ALL
    SELECT standard_id AS subject
    FROM core.survey_standard
    UNION ALL
    SELECT 'survey' AS subject
)

SELECT
    narratives.authority_code,
    narratives.reporting_month,
    narratives.subject
FROM warehouse.dim_narrative AS narratives
LEFT JOIN subjects ON narratives.subject = subjects.subject
WHERE
    subjects.subject IS NULL
    OR narratives.claims NOT IN ('red', 'amber', 'green', 'not_red')
    OR (narratives.note IS NULL) != (narratives.signed_by IS NULL OR narratives.signed_on IS NULL)
