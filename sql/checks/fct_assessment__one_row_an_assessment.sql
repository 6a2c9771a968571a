WITH assessments AS (
    SELECT
        authority_code,
        assessment_id
    FROM warehouse.fct_assessment
)

SELECT
    authority_code,
    assessment_id
FROM assessments
GROUP BY authority_code, assessment_id
HAVING count(*) > 1
