-- Of a subject that two sources hold, the records of the one that it is taken from.
WITH delivered AS (
    SELECT
        'fct_assessment' AS table_name,
        'assessment' AS subject,
        'ssd' AS source,
        authority_code
    FROM staging.ssd_cin_assessments
    UNION ALL
    SELECT
        'fct_assessment' AS table_name,
        'assessment' AS subject,
        'cin_census' AS source,
        authority_code
    FROM staging.cin_census_assessments
    UNION ALL
    SELECT
        'fct_initial_conference' AS table_name,
        'initial conference' AS subject,
        'ssd' AS source,
        authority_code
    FROM staging.ssd_initial_cp_conference
    UNION ALL
    SELECT
        'fct_initial_conference' AS table_name,
        'initial conference' AS subject,
        'cin_census' AS source,
        authority_code
    FROM staging.cin_census_conferences
),

staged AS (
    SELECT
        delivered.table_name,
        delivered.authority_code
    FROM delivered
    LEFT JOIN core.subject_source AS chosen
        ON delivered.authority_code = chosen.authority_code AND delivered.subject = chosen.subject
    WHERE delivered.source = coalesce(chosen.source, 'ssd')
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
