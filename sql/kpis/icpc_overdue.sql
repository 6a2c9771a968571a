SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    enquiry_id AS record_key,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat('begun ', working_days, ' working days before') AS reason
FROM warehouse.fct_enquiry_overdue_month
