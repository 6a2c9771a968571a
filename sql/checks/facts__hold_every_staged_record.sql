WITH staged AS (
    SELECT
        'fct_assessment' AS table_name,
        authority_code
    FROM staging.ssd_cin_assessments
    UNION ALL
    SELECT
        'fct_initial_conference' AS table_name,
        authority_code
    FROM staging.ssd_initial_cp_conference
    UNION ALL
    SELECT
        'fct_incident' AS table_name,
        authority_code
    FROM staging.local_serious_incidents
),

held AS (
    SELECT
        'fct_assessment' AS table_name,
        authority_code
    FROM warehouse.fct_assessment
    UNION ALL
    SELECT
        'fct_initial_conference' AS table_name,
        authority_code
    FROM warehouse.fct_initial_conference
    UNION ALL
    SELECT
        'fct_incident' AS table_name,
        authority_code
    FROM warehouse.fct_incident
),

counted AS (
    SELECT
        table_name,
        authority_code,
        1 AS staged,
        0 AS held
    FROM staged
    UNION ALL
    SELECT
        table_name,
        authority_code,
        0 AS staged,
        1 AS held
    FROM held
)

SELECT
    table_name,
    authority_code
FROM counted
GROUP BY table_name, authority_code
HAVING sum(staged) <> sum(held)
