SELECT
    authority_code,
    due_team_code AS team_code,
    due_month AS reporting_month,
    child_id,
    contact_id AS record_key,
    one_or_zero(became_referral) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat('contact on ', contact_date, CASE WHEN became_referral THEN ', then referred' ELSE ', not referred' END)
        AS reason
FROM warehouse.fct_contact
