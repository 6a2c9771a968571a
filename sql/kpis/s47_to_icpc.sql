SELECT
    authority_code,
    end_team_code AS team_code,
    end_month AS reporting_month,
    child_id,
    enquiry_id AS record_key,
    cast(CASE WHEN excluded_because IS NULL THEN cast(NOT needs_no_conference AS INTEGER) END AS DECIMAL(18, 2))
        AS numerator,
    cast(CASE WHEN excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(excluded_because, CASE WHEN needs_no_conference THEN 'no conference' ELSE 'to a conference' END)
        AS reason
FROM warehouse.fct_enquiry
WHERE end_month IS NOT NULL
