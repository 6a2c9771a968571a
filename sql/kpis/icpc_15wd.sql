SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    conference_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(is_in_time AS INTEGER) END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(
        excluded_because,
        concat(
            working_days,
            ' working days',
            CASE WHEN is_enquiry_inferred THEN ', from the only enquiry that could have led to it' END
        )
    ) AS reason
FROM warehouse.fct_initial_conference
WHERE reporting_month IS NOT NULL
