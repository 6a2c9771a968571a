-- One row a factor of an assessment that was authorised; made up from the id, as the dataset keeps them in a text.
WITH factors AS (
    SELECT
        lachildid,
        assessment_key,
        unnest(
            CASE ascii(right(assessment_key, 1)) % 5
                WHEN 0 THEN ['3B', '4B']
                WHEN 1 THEN ['16A', '1B', '2B']
                WHEN 2 THEN ['17A', '3B']
                WHEN 3 THEN ['4A', '15A']
                ELSE ['21']
            END
        ) AS assessment_factors
    FROM cin_census.assessments
    WHERE assessment_authorisation_date IS NOT NULL
)

SELECT
    lachildid,
    concat(assessment_key, '-', assessment_factors) AS factor_key,
    assessment_key,
    assessment_factors
FROM factors
