-- One row a recorded check of a child's health (assessment, dental or development) with its day. A list of one month's
-- end holds the latest. Whether it took place is a text that does not leave landing: what has a day is taken for made.
SELECT
    'ssd' AS source,
    '' AS only_month,
    authority_code,
    clah_person_id AS child_id,
    CASE clah_health_check_type
        WHEN 'Health assessment' THEN 'assessment'
        WHEN 'Dental check' THEN 'dental'
        WHEN 'Health check' THEN 'development'
    END AS check_type,
    clah_health_check_date AS check_date
FROM staging.ssd_cla_health
WHERE clah_health_check_date IS NOT NULL
UNION ALL
SELECT
    'annex_a' AS source,
    reporting_month AS only_month,
    authority_code,
    child_id,
    'assessment' AS check_type,
    last_health_assessment_date AS check_date
FROM core.listed_looked_after
WHERE last_health_assessment_date IS NOT NULL
UNION ALL
SELECT
    'annex_a' AS source,
    reporting_month AS only_month,
    authority_code,
    child_id,
    'dental' AS check_type,
    last_dental_check_date AS check_date
FROM core.listed_looked_after
WHERE last_dental_check_date IS NOT NULL
