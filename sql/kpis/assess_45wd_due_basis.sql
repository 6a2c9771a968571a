-- An assessment still open on its last day in time is late; one that ended with a death is not counted.
SELECT
    authority_code,
    due_team_code AS team_code,
    due_month AS reporting_month,
    child_id,
    assessment_id AS record_key,
    cast(CASE
        WHEN excluded_because IS NOT NULL THEN NULL
        WHEN authorised_date <= due_date THEN 1
        WHEN death_date <= due_date THEN NULL
        ELSE 0
    END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE
        WHEN excluded_because IS NOT NULL THEN NULL
        WHEN authorised_date <= due_date THEN 1
        WHEN death_date <= due_date THEN NULL
        ELSE 1
    END AS DECIMAL(18, 2)) AS denominator,
    CASE
        WHEN excluded_because IS NOT NULL THEN excluded_because
        WHEN authorised_date <= due_date THEN concat('due ', due_date, ', authorised ', authorised_date)
        WHEN death_date <= due_date THEN 'the child had died'
        ELSE concat('due ', due_date, ', not authorised by then')
    END AS reason
FROM warehouse.fct_assessment
WHERE due_month IS NOT NULL
