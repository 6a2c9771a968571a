SELECT
    authority_code,
    end_team_code AS team_code,
    end_month AS reporting_month,
    child_id,
    enquiry_id AS record_key,
    one_or_zero(CASE WHEN excluded_because IS NULL THEN NOT needs_no_conference END) AS numerator,
    one_if(excluded_because IS NULL) AS denominator,
    coalesce(excluded_because, CASE WHEN needs_no_conference THEN 'no conference' ELSE 'to a conference' END)
        AS reason
FROM warehouse.fct_enquiry
WHERE end_month IS NOT NULL
